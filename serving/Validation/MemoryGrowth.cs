using System.Diagnostics;
using System.Globalization;

namespace Anneal.Serving.Validation;

/// <summary>How far the process's resident memory rises from here on.</summary>
/// <remarks>Linux tells the highest mark, which is set back first; elsewhere the memory is sampled every millisecond.</remarks>
internal sealed class MemoryGrowth : IDisposable
{
    private const string Status = "/proc/self/status";
    private const string ClearMarks = "/proc/self/clear_refs";
    private readonly Process _process = Process.GetCurrentProcess();
    private readonly bool _hasMark;
    private readonly long _start;
    private readonly Timer? _sampling;
    private long _peak;

    public MemoryGrowth()
    {
        GC.Collect();
        _hasMark = TryClear();
        _start = _peak = Resident();
        _sampling = _hasMark ? null : new Timer(_ => Sample(), null, 1, 1);
    }

    /// <summary>The rise so far, in bytes.</summary>
    public long PeakBytes
    {
        get
        {
            Sample();
            return Math.Max(0, Volatile.Read(ref _peak) - _start);
        }
    }

    public void Dispose()
    {
        _sampling?.Dispose();
        _process.Dispose();
    }

    private void Sample()
    {
        long now = _hasMark ? InStatus("VmHWM:") : Resident();
        long seen;
        while (now > (seen = Volatile.Read(ref _peak)) && Interlocked.CompareExchange(ref _peak, now, seen) != seen)
        {
        }
    }

    private long Resident()
    {
        if (_hasMark)
        {
            return InStatus("VmRSS:");
        }

        _process.Refresh();
        return _process.WorkingSet64;
    }

    // A kernel without that file, or one that may not be written, leaves sampling.
    private static bool TryClear()
    {
        try
        {
            File.WriteAllText(ClearMarks, "5");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long InStatus(string key)
    {
        string line = File.ReadLines(Status).First(l => l.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(key.Length).Trim(" \tkB"), NumberStyles.None, CultureInfo.InvariantCulture) * 1024;
    }
}
