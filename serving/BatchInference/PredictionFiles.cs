using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Anneal.Serving.BatchInference;

/// <summary>The output of a prediction and the rows it rejected while they are written: under names of their own beside the final ones, with the state.</summary>
internal sealed class PredictionFiles : IDisposable
{
    private const int BufferSize = 1 << 16;
    private const int FlushBytes = 1 << 20;
    private readonly string _output;
    private readonly string _rejects;
    private readonly string _rejectHeader;
    private FileStream? _rejectStream;
    private Task _flush = Task.CompletedTask;
    private long _flushed;

    /// <summary>Opens the files, cut off where the state says.</summary>
    /// <param name="output">The final output.</param>
    /// <param name="rejects">The final reject file, which is there only if a row was rejected.</param>
    /// <param name="rowName">What the number of a rejected row is: its line or its row.</param>
    /// <param name="state">Where to go on; null to begin.</param>
    public PredictionFiles(string output, string rejects, string rowName, PredictionState? state)
    {
        _output = output;
        _rejects = rejects;
        _rejectHeader = $"{rowName},reason\n";
        Output = Open(PartOf(output), state?.OutputBytes ?? 0);
        if (state?.RejectBytes > 0)
        {
            _rejectStream = Open(PartOf(rejects), state.RejectBytes);
        }
    }

    /// <summary>The output, at its end.</summary>
    public FileStream Output { get; }

    /// <summary>The name of a file while it is written.</summary>
    public static string PartOf(string path) => path + ".part";

    /// <summary>The name of the state that lies beside an output.</summary>
    public static string StateOf(string output) => output + ".state.json";

    /// <summary>A state whose files are there as far as it says; null otherwise.</summary>
    public static PredictionState? Find(string output, string rejects) =>
        PredictionState.Load(StateOf(output)) is { } state && LengthOf(output) >= state.OutputBytes && LengthOf(rejects) >= state.RejectBytes ? state : null;

    /// <summary>Deletes all that an unfinished prediction has left.</summary>
    public static void Discard(string output, string rejects)
    {
        File.Delete(StateOf(output));
        File.Delete(PartOf(output));
        File.Delete(PartOf(rejects));
    }

    /// <summary>Writes a rejected row down.</summary>
    public void Reject(RejectedRow row)
    {
        if (_rejectStream is null)
        {
            _rejectStream = Open(PartOf(_rejects), 0);
            _rejectStream.Write(Encoding.UTF8.GetBytes(_rejectHeader));
        }

        string reason = row.Reason.AsSpan().ContainsAny(",\"\r\n") ? $"\"{row.Reason.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : row.Reason;
        _rejectStream.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{row.Line},{reason}\n")));
    }

    /// <summary>Has the disk take what has been written while more is worked out, so that little is left to wait for at the end.</summary>
    public void FlushAhead()
    {
        if (Output.Position - _flushed < FlushBytes || !_flush.IsCompleted)
        {
            return;
        }

        _flush.GetAwaiter().GetResult();
        _flushed = Output.Position;
        // Asking a stream for its handle writes its buffer out: that must not happen while this thread writes.
        SafeFileHandle handle = Output.SafeFileHandle;
        _flush = Task.Run(() => RandomAccess.FlushToDisk(handle));
    }

    /// <summary>Makes what has been written last, and the state with it.</summary>
    public void Save(PredictionState state)
    {
        Output.Flush(flushToDisk: true);
        _rejectStream?.Flush(flushToDisk: true);
        (state with { OutputBytes = Output.Position, RejectBytes = _rejectStream?.Position ?? 0 }).Save(StateOf(_output));
    }

    /// <summary>Gives the complete files their names. A reject file of an earlier prediction is not left to be taken for one of this.</summary>
    public void Finish()
    {
        _flush.GetAwaiter().GetResult();
        Output.Flush(flushToDisk: true);
        Output.Dispose();
        _rejectStream?.Flush(flushToDisk: true);
        _rejectStream?.Dispose();
        File.Delete(_rejects);
        if (_rejectStream is not null)
        {
            File.Move(PartOf(_rejects), _rejects);
        }

        File.Move(PartOf(_output), _output, overwrite: true);
        File.Delete(StateOf(_output));
    }

    public void Dispose()
    {
        // Waits without telling of its error: where that matters, Finish has told of it.
        Task.WaitAny(_flush);
        Output.Dispose();
        _rejectStream?.Dispose();
    }

    private static long LengthOf(string path) => new FileInfo(PartOf(path)) is { Exists: true } file ? file.Length : 0;

    private static FileStream Open(string path, long length)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, BufferSize);
        stream.SetLength(length);
        stream.Position = length;
        return stream;
    }
}
