using Anneal.Onnx.Tensors;

namespace Anneal.Onnx;

/// <summary>A session that takes runs ahead of their results: what a run is given is copied while the one before it computes, and outputs stay with the engine until they are asked for.</summary>
public interface IQueuedSession : IGraphSession
{
    /// <summary>Runs that may be begun before the first one's outputs are taken; 0 where runs cannot be begun ahead.</summary>
    int Capacity { get; }

    /// <summary>Begins a run after those that were begun before.</summary>
    /// <param name="feeds">A tensor per entry of <see cref="IGraphSession.Feeds"/>, copied before this returns.</param>
    /// <exception cref="AnnealException">A feed does not fit the graph, or a run before this one failed.</exception>
    void Enqueue(ReadOnlySpan<Tensor> feeds);

    /// <summary>Takes the outputs of the oldest run whose outputs are not taken yet, once it is over.</summary>
    /// <param name="fetches">Receives a tensor per entry of <see cref="IGraphSession.Fetches"/>, as a run does.</param>
    /// <exception cref="AnnealException">The run failed.</exception>
    void Dequeue(Span<Tensor?> fetches);
}
