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

    private readonly InferenceSession? _session;
    private readonly OrtMemory _memory;
    private readonly OrtState _state;
    private readonly IReadOnlyList<ValueInfo> _feeds;
    private readonly IReadOnlyList<ValueInfo> _fetches;
    private readonly List<OrtStaging>[] _stagings = [[], []];
    private readonly OrtBuffer[][] _results;
    private readonly OrtShapes? _shapes;
    private readonly OrtStaging[] _given = new OrtStaging[Staged];
    private readonly RunOptions _options = new();
    private readonly object _gate = new();
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _error;
    private Action? _aside;
    private long _enqueued;
    private long _done;
    private long _taken;
    private bool _closed;

    /// <param name="session">The session; null where there is one for each shape.</param>
    /// <param name="shapes">Runs each shape from places of its own; null to bind each run's own buffers to the one session.</param>
    public OrtQueue(InferenceSession? session, OrtMemory memory, OrtState state, IReadOnlyList<ValueInfo> feeds, IReadOnlyList<ValueInfo> fetches, OrtShapes? shapes)
    {
        (_session, _memory, _state, _feeds, _fetches, _shapes) = (session, memory, state, feeds, fetches, shapes);
        _results = [.. Enumerable.Range(0, Kept + 1).Select(_ => fetches.Select(f => memory.Allocate(f.Type.Type, f.Type.Shape!.Value.ToSizes())).ToArray())];
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

    /// <summary>Waits until no run is under way, and does something on the thread of the runs.</summary>
    public void Do(Action action)
    {
        lock (_gate)
        {
            Await(() => _done == _enqueued);
            _aside = action;
            Monitor.PulseAll(_gate);
            Await(() => _aside is null);
        }
    }

    /// <summary>Runs once beside the runs that were begun, whose outputs still wait.</summary>
    public void Run(ReadOnlySpan<Tensor> feeds, Span<Tensor?> fetches)
    {
        Drain();
        OrtStaging staging = Stage((int)(_enqueued % Staged), feeds);
        Do(() =>
        {
            _shapes!.Run(staging.Feeds, _results[Kept]);
            _state.Advance();
        });
        Give(_results[Kept], fetches);
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

        OrtStaging staging = Stage(slot, feeds);
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

        using Lock.Scope quiet = Quiet();
        Give(_results[_taken % Kept], fetches);
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
        foreach (OrtStaging staging in _stagings.SelectMany(s => s))
        {
            staging.Dispose();
        }

        foreach (OrtBuffer result in _results.SelectMany(r => r))
        {
            result.Dispose();
        }

        _options.Dispose();
    }

    private static void Give(OrtBuffer[] results, Span<Tensor?> fetches)
    {
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
            while (Next(out OrtStaging? staging))
            {
                if (staging is null)
                {
                    _aside!();
                    lock (_gate)
                    {
                        _aside = null;
                        Monitor.PulseAll(_gate);
                    }

                    continue;
                }

                Run(staging, _results[_done % Kept]);
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

    private void Run(OrtStaging staging, OrtBuffer[] results)
    {
        if (_shapes is not null)
        {
            _shapes.Run(staging.Feeds, results);
            return;
        }

        OrtIoBinding binding = staging.Bindings[_state.Turn];
        for (int i = 0; i < results.Length; i++)
        {
            binding.BindOutput(_fetches[i].Name, results[i].Value);
        }

        _session!.RunWithBinding(_options, binding);
    }

    // What is next: a run, or what is to be done aside, for which there is no staging. False at the end.
    private bool Next(out OrtStaging? staging)
    {
        lock (_gate)
        {
            while (!_closed && _done == _enqueued && _aside is null)
            {
                Monitor.Wait(_gate);
            }

            staging = _closed || _done == _enqueued ? null : _given[_done % Staged];
            return !_closed;
        }
    }

    private Lock.Scope Quiet() => _shapes is null ? default : _shapes.Quiet.EnterScope();

    private OrtStaging Stage(int slot, ReadOnlySpan<Tensor> feeds)
    {
        using Lock.Scope quiet = Quiet();
        OrtStaging staging = StagingFor(slot, feeds);
        staging.Upload(feeds);
        return staging;
    }

    // A step's batches have one size, but for an epoch's last.
    private OrtStaging StagingFor(int slot, ReadOnlySpan<Tensor> feeds)
    {
        foreach (OrtStaging known in _stagings[slot])
        {
            if (known.Fits(feeds))
            {
                return known;
            }
        }

        var staging = new OrtStaging(_session, _memory, _state, _feeds, feeds, _shapes is null ? _state.Turns : 0);
        _stagings[slot].Add(staging);
        return staging;
    }
}
