using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>A model in ONNX Runtime with the state that it keeps on the device. A state that a run may not replace in place has two buffers in turn: one is read, the other written.</summary>
internal sealed class OrtSession : IQueuedSession
{
    private readonly InferenceSession _session;
    private readonly OrtMemory _memory;
    private readonly OrtState _state;
    private readonly OrtBinding[] _turns;
    private OrtQueue? _queue;
    private Action<InferenceSession>? _afterFirst;

    /// <summary>Takes over an opened session.</summary>
    /// <param name="session">The session, which is disposed with this one.</param>
    /// <param name="graph">The graph that it runs.</param>
    /// <param name="state">The state.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="inPlace">The inputs of the states that a run may replace in place.</param>
    /// <param name="afterFirst">Called after the first run; null for nothing.</param>
    public OrtSession(InferenceSession session, Graph graph, IReadOnlyList<StateBinding> state, OrtDevice device, IReadOnlySet<string> inPlace, Action<InferenceSession>? afterFirst = null)
    {
        _session = session;
        _afterFirst = afterFirst;
        foreach (StateBinding binding in state)
        {
            if (graph.Inputs.All(i => i.Name != binding.Input) || (binding.Output.Length > 0 && graph.Outputs.All(o => o.Name != binding.Output)))
            {
                session.Dispose();
                throw AnnealException.BadUsage($"the graph '{graph.Name}' has no input '{binding.Input}' with an output '{binding.Output}'");
            }
        }

        Feeds = [.. graph.FeedsOf(state)];
        Fetches = [.. graph.FetchesOf(state)];
        try
        {
            _memory = new OrtMemory(session, device);
            _state = new OrtState(state, inPlace, _memory);
            _turns = [.. Enumerable.Range(0, _state.Turns).Select(_ => new OrtBinding(session, Feeds, Fetches, copies: !_memory.IsHost))];
            for (int turn = 0; turn < _turns.Length; turn++)
            {
                _state.Bind(_turns[turn].Io, turn);
            }
        }
        catch
        {
            EndFirst();
            _state?.Dispose();
            _memory?.Dispose();
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ValueInfo> Feeds { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ValueInfo> Fetches { get; }

    /// <inheritdoc/>
    public int Capacity => Fetches.All(f => f.Type is { Type: not DType.String, Shape.IsStatic: true }) && Feeds.All(f => f.Type.Type != DType.String) ? OrtQueue.Kept : 0;

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<Tensor> feeds, Span<Tensor?> fetches)
    {
        _queue?.Drain();
        _turns[_state.Turn].Run(feeds, fetches);
        _state.Advance();
        EndFirst();
    }

    /// <inheritdoc/>
    public void Enqueue(ReadOnlySpan<Tensor> feeds)
    {
        _queue ??= new OrtQueue(_session, _memory, _state, Feeds, Fetches, shapes: null);
        _queue.Enqueue(feeds);
        if (_afterFirst is not null)
        {
            _queue.Drain();
            EndFirst();
        }
    }

    /// <inheritdoc/>
    public void Dequeue(Span<Tensor?> fetches) => (_queue ?? throw new InvalidOperationException("no run was begun")).Dequeue(fetches);

    /// <inheritdoc/>
    public Tensor ReadState(string input)
    {
        _queue?.Drain();
        return _state.Current(input).Read();
    }

    /// <inheritdoc/>
    public void WriteState(string input, Tensor value)
    {
        _queue?.Drain();
        _state.Write(input, value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue?.Dispose();
        EndFirst();
        foreach (OrtBinding turn in _turns)
        {
            turn.Dispose();
        }

        _state.Dispose();
        _memory.Dispose();
        _session.Dispose();
    }

    private void EndFirst()
    {
        Action<InferenceSession>? after = _afterFirst;
        _afterFirst = null;
        after?.Invoke(_session);
    }
}
