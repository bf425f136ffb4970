using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving;

/// <summary>A training step with a session for each batch size, on one state that lives on the device.</summary>
internal sealed class OrtShapedSession : IQueuedSession
{
    private readonly OpenedShape _home;
    private readonly OrtMemory _memory;
    private readonly OrtState _state;
    private readonly OrtQueue _queue;

    /// <summary>Takes the state to the device.</summary>
    /// <param name="graph">The graph, of a free batch size.</param>
    /// <param name="state">The state.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="batch">The name of the batch's size; null where it is fixed.</param>
    /// <param name="home">A session of some size, whose memory the state and the places are in.</param>
    /// <param name="open">Opens the session of a size, for runs that may be captured or not.</param>
    public OrtShapedSession(Graph graph, IReadOnlyList<StateBinding> state, OrtDevice device, string? batch, OpenedShape home, Func<int, bool, OpenedShape> open)
    {
        _home = home;
        Feeds = [.. graph.FeedsOf(state)];
        Fetches = [.. graph.FetchesOf(state)];
        try
        {
            _memory = new OrtMemory(home.Session, device);
            _state = new OrtState(state, home.InPlace, _memory);
            Shapes = new OrtShapes(_memory, _state, Feeds, Fetches, batch, open);
            _queue = new OrtQueue(session: null, _memory, _state, Feeds, Fetches, Shapes);
        }
        catch
        {
            Shapes?.Dispose();
            _state?.Dispose();
            _memory?.Dispose();
            home.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ValueInfo> Feeds { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ValueInfo> Fetches { get; }

    /// <inheritdoc/>
    public int Capacity => OrtQueue.Kept;

    /// <summary>The sessions.</summary>
    public OrtShapes Shapes { get; }

    /// <summary>Tries on made-up rows whether a replayed step gives what a plain one gives, and captures from then on where it does. The state is as it was.</summary>
    /// <returns>Why not; null where it does.</returns>
    /// <exception cref="AnnealException">A step of the trial failed; the session is of no more use.</exception>
    public string? TryCapture()
    {
        string? differs = null;
        Shapes.Captures = true;
        var trial = new CaptureTrial(Shapes, _state, _memory, Feeds, Fetches);
        _queue.Do(() => differs = trial.Run());
        return differs;
    }

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<Tensor> feeds, Span<Tensor?> fetches) => _queue.Run(feeds, fetches);

    /// <inheritdoc/>
    public void Enqueue(ReadOnlySpan<Tensor> feeds) => _queue.Enqueue(feeds);

    /// <inheritdoc/>
    public void Dequeue(Span<Tensor?> fetches) => _queue.Dequeue(fetches);

    /// <inheritdoc/>
    public Tensor ReadState(string input)
    {
        _queue.Drain();
        return _state.Current(input).Read();
    }

    /// <inheritdoc/>
    public void WriteState(string input, Tensor value)
    {
        _queue.Drain();
        _state.Write(input, value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue.Dispose();
        Shapes.Dispose();
        _state.Dispose();
        _memory.Dispose();
        _home.Dispose();
    }
}
