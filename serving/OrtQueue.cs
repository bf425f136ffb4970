using System.Runtime.ExceptionServices;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>Runs of a session on a thread of its own: the next one's inputs are copied while one computes, and outputs wait on the device.</summary>
internal sealed class OrtQueue : IDisposable
{
    /// <summary>Runs whose outputs are kept.</summary>
    public const int Kept = 16;

    private const int Staged = 2;

    private readonly InferenceSession _session;
    private readonly OrtMemory _memory;
    private readonly OrtState _state;
    private readonly IReadOnlyList<ValueInfo> _feeds;
    private readonly IReadOnlyList<ValueInfo> _fetches;
    private readonly List<Staging>[] _stagings = [[], []];
    private readonly OrtBuffer[][] _results;
    private readonly Staging[] _given = new Staging[Staged];
    private readonly RunOptions _options = new();
    private readonly object _gate = new();
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _error;
    private long _enqueued;
    private long _done;
    private long _taken;
    private bool _closed;

    public OrtQueue(InferenceSession session, OrtMemory memory, OrtState state, IReadOnlyList<ValueInfo> feeds, IReadOnlyList<ValueInfo> fetches)
    {
        (_session, _memory, _state, _feeds, _fetches) = (session, memory, state, feeds, fetches);
        _results = [.. Enumerable.Range(0, Kept).Select(_ => fetches.Select(f => memory.Allocate(f.Type.Type, f.Type.Shape!.Value.ToSizes())).ToArray())];
        _thread = new Thread(Work) { IsBackground = true, Name = "anneal-ort" };
        _thread.Start();
    }

    /// <summary>Waits until no run is under way.</summary>
    public void Drain()
    {
        lock (_gate)
        {
            Await(() => _done == _enqueued);
        }
    }

    public void Enqueue(ReadOnlySpan<Tensor> feeds)
    {
        int slot = (int)(_enqueued % Staged);
        lock (_gate)
        {
            if (_enqueued - _taken == Kept)
            {
                throw new InvalidOperationException("the outputs of earlier runs are to be taken first");
            }

            Await(() => _enqueued - _done < Staged);
        }

        Staging staging = StagingFor(slot, feeds);
        for (int i = 0; i < feeds.Length; i++)
        {
            staging.Feeds[i].Upload(feeds[i]);
        }

        lock (_gate)
        {
            _given[slot] = staging;
            _enqueued++;
            Monitor.PulseAll(_gate);
        }
    }

    public void Dequeue(Span<Tensor?> fetches)
    {
        lock (_gate)
        {
            if (_taken == _enqueued)
            {
                throw new InvalidOperationException("no run was begun whose outputs are not taken");
            }

            Await(() => _done > _taken);
        }

        OrtBuffer[] results = _results[_taken % Kept];
        for (int i = 0; i < results.Length; i++)
        {
            if (!results[i].Fits(fetches[i]))
            {
                fetches[i] = results[i].Read();
            }
            else
            {
                results[i].Download(fetches[i]!);
            }
        }

        _taken++;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
        foreach (Staging staging in _stagings.SelectMany(s => s))
        {
            staging.Dispose();
        }

        foreach (OrtBuffer result in _results.SelectMany(r => r))
        {
            result.Dispose();
        }

        _options.Dispose();
    }

    private void Await(Func<bool> condition)
    {
        while (!condition() && _error is null)
        {
            Monitor.Wait(_gate);
        }

        _error?.Throw();
    }

    private void Work()
    {
        try
        {
            while (Next() is { } staging)
            {
                OrtIoBinding binding = staging.Bindings[_state.Turn];
                OrtBuffer[] results = _results[_done % Kept];
                for (int i = 0; i < results.Length; i++)
                {
                    binding.BindOutput(_fetches[i].Name, results[i].Value);
                }

                _session.RunWithBinding(_options, binding);
                lock (_gate)
                {
                    _state.Advance();
                    _done++;
                    Monitor.PulseAll(_gate);
                }
            }
        }
        catch (Exception error)
        {
            lock (_gate)
            {
                _error = ExceptionDispatchInfo.Capture(error is OnnxRuntimeException native ? OrtErrors.Translate(native, "ONNX Runtime failed") : error);
                Monitor.PulseAll(_gate);
            }
        }
    }

    private Staging? Next()
    {
        lock (_gate)
        {
            while (!_closed && _done == _enqueued)
            {
                Monitor.Wait(_gate);
            }

            return _closed ? null : _given[_done % Staged];
        }
    }

    // A step's batches have one size, but for an epoch's last.
    private Staging StagingFor(int slot, ReadOnlySpan<Tensor> feeds)
    {
        foreach (Staging known in _stagings[slot])
        {
            if (known.Fits(feeds))
            {
                return known;
            }
        }

        var staging = new Staging(_session, _memory, _state, _feeds, feeds);
        _stagings[slot].Add(staging);
        return staging;
    }

    private sealed class Staging : IDisposable
    {
        public Staging(InferenceSession session, OrtMemory memory, OrtState state, IReadOnlyList<ValueInfo> infos, ReadOnlySpan<Tensor> feeds)
        {
            Feeds = new OrtBuffer[feeds.Length];
            for (int i = 0; i < feeds.Length; i++)
            {
                OrtBinding.Check(infos[i], feeds[i]);
                Feeds[i] = memory.Allocate(feeds[i].Type, feeds[i].Shape);
            }

            Bindings = [.. Enumerable.Range(0, state.Turns).Select(_ => session.CreateIoBinding())];
            for (int turn = 0; turn < Bindings.Length; turn++)
            {
                state.Bind(Bindings[turn], turn);
                for (int i = 0; i < Feeds.Length; i++)
                {
                    Bindings[turn].BindInput(infos[i].Name, Feeds[i].Value);
                }
            }
        }

        public OrtBuffer[] Feeds { get; }

        public OrtIoBinding[] Bindings { get; }

        public bool Fits(ReadOnlySpan<Tensor> feeds)
        {
            for (int i = 0; i < feeds.Length; i++)
            {
                if (!Feeds[i].Fits(feeds[i]))
                {
                    return false;
                }
            }

            return true;
        }

        public void Dispose()
        {
            foreach (OrtIoBinding binding in Bindings)
            {
                binding.Dispose();
            }

            foreach (OrtBuffer feed in Feeds)
            {
                feed.Dispose();
            }
        }
    }
}
