using System.Runtime.ExceptionServices;

namespace Anneal.Onnx.Kernels;

/// <summary>A persistent team of threads that shares out numbered work items.</summary>
/// <remarks>
/// Each thread has a share of neighbouring items, the same in every run of as many items, so that what one run left in a core's caches
/// is where the next one looks for it: between cores that share no cache, a line takes a quarter of a microsecond. A thread that has done
/// its share takes from the far end of the others', so which thread runs an item is not defined: an item must write only what is its own.
/// Idle threads spin for some tens of microseconds and then park. A run allocates nothing.
/// </remarks>
public sealed class Team : IDisposable
{
    private const int CountBits = 24;
    private const long CountMask = (1L << CountBits) - 1;
    private const int MaxItems = 1 << (CountBits - 1);

    private readonly Thread[] _workers;

    // Of each thread: epoch | end | next, one word, so that a claim always sees the run that it belongs to.
    private readonly PaddedLong[] _shares;
    private readonly object _gate = new();
    private readonly long _spinTicks;
    private readonly bool _crowded;

    private PaddedLong _epoch;
    private PaddedLong _remaining;
    private Action<int>? _body;
    private ExceptionDispatchInfo? _error;
    private int _busy;
    private int _parked;
    private bool _closed;

    /// <summary>Starts <paramref name="threads"/> - 1 threads; the caller of <see cref="Run"/> is the last one.</summary>
    /// <param name="threads">Threads that take part in a run, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1 or above 1024.</exception>
    public Team(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, 1024);
        Threads = threads;
        _crowded = threads > Environment.ProcessorCount;
        _spinTicks = System.Diagnostics.Stopwatch.Frequency / (_crowded ? 500_000 : 20_000);
        _shares = new PaddedLong[threads];
        _workers = new Thread[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            int share = i + 1;
            _workers[i] = new Thread(() => Work(share)) { IsBackground = true, Name = "anneal-team" };
            _workers[i].Start();
        }
    }

    /// <summary>Threads that take part in a run, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Runs <paramref name="body"/>(i) for each i in [0, items) and returns when all have ended.</summary>
    /// <param name="items">Number of items, 0 to about 16 million.</param>
    /// <param name="body">Called once per item, on any thread of the team. Pass a cached delegate.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="items"/> is negative or too large.</exception>
    /// <remarks>
    /// The first exception thrown by an item is rethrown here, after the other items have run. A run started inside a body,
    /// or while another thread's run is under way, runs on the calling thread alone.
    /// </remarks>
    public void Run(int items, Action<int> body)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items, MaxItems);
        if (items <= 1 || _workers.Length == 0 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (int i = 0; i < items; i++)
            {
                body(i);
            }

            return;
        }

        _body = body;
        _remaining.Value = items;
        long epoch = _epoch.Value + 1;
        for (int i = 0; i < _shares.Length; i++)
        {
            long first = (long)items * i / _shares.Length;
            long end = (long)items * (i + 1) / _shares.Length;
            Volatile.Write(ref _shares[i].Value, (epoch << (2 * CountBits)) | (end << CountBits) | first);
        }

        Interlocked.Exchange(ref _epoch.Value, epoch);
        int parked = Volatile.Read(ref _parked);
        if (parked > 0)
        {
            Wake(parked, items - 1);
        }

        Drain(0);
        Await();
        ExceptionDispatchInfo? error = _error;
        _error = null;
        _body = null;
        Volatile.Write(ref _busy, 0);
        error?.Throw();
    }

    /// <summary>Ends the threads. The team must not be used afterwards.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            Volatile.Write(ref _closed, true);
            Monitor.PulseAll(_gate);
        }

        foreach (Thread worker in _workers)
        {
            worker.Join();
        }
    }

    private void Wake(int parked, int wanted)
    {
        lock (_gate)
        {
            if (wanted >= parked)
            {
                Monitor.PulseAll(_gate);
                return;
            }

            for (int i = 0; i < wanted; i++)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    private void Drain(int own)
    {
        int done = 0;
        for (int i = 0; i < _shares.Length; i++)
        {
            int share = own + i < _shares.Length ? own + i : own + i - _shares.Length;
            while (TryClaim(ref _shares[share].Value, isOwn: i == 0, out int item))
            {
                try
                {
                    _body!(item);
                }
                catch (Exception error)
                {
                    Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(error), null);
                }

                done++;
            }
        }

        if (done > 0)
        {
            Interlocked.Add(ref _remaining.Value, -done);
        }
    }

    private static bool TryClaim(ref long share, bool isOwn, out int item)
    {
        long seen = Volatile.Read(ref share);
        while (true)
        {
            int next = (int)(seen & CountMask);
            int end = (int)((seen >>> CountBits) & CountMask);
            item = isOwn ? next : end - 1;
            if (next >= end)
            {
                return false;
            }

            long before = Interlocked.CompareExchange(ref share, isOwn ? seen + 1 : seen - (1L << CountBits), seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }
    }

    private void Await()
    {
        for (int spins = 0; Volatile.Read(ref _remaining.Value) != 0; spins++)
        {
            if (_crowded || spins > 2000)
            {
                Thread.Yield();
            }
            else
            {
                Thread.SpinWait(1);
            }
        }
    }

    private void Work(int share)
    {
        long seen = 0;
        while (WaitForRun(ref seen))
        {
            Drain(share);
        }
    }

    private bool WaitForRun(ref long seen)
    {
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!Volatile.Read(ref _closed))
        {
            if (IsNew(ref seen))
            {
                return true;
            }

            for (int i = 0; i < 16 && Volatile.Read(ref _epoch.Value) == seen; i++)
            {
                Thread.SpinWait(1);
            }

            if (_crowded)
            {
                Thread.Yield();
            }

            if (System.Diagnostics.Stopwatch.GetTimestamp() - start > _spinTicks)
            {
                Park(seen);
                start = System.Diagnostics.Stopwatch.GetTimestamp();
            }
        }

        return false;
    }

    private bool IsNew(ref long seen)
    {
        long epoch = Volatile.Read(ref _epoch.Value);
        bool isNew = epoch != seen;
        seen = epoch;
        return isNew;
    }

    private void Park(long seen)
    {
        lock (_gate)
        {
            Interlocked.Increment(ref _parked);
            if (!_closed && Volatile.Read(ref _epoch.Value) == seen)
            {
                Monitor.Wait(_gate);
            }

            Interlocked.Decrement(ref _parked);
        }
    }
}
