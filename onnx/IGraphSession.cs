using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx;

/// <summary>A model prepared by an engine, with the state that it keeps.</summary>
public interface IGraphSession : IDisposable
{
    /// <summary>The inputs that each run is given: those of the graph that are no state, in graph order.</summary>
    IReadOnlyList<ValueInfo> Feeds { get; }

    /// <summary>The outputs that each run gives: those of the graph that are no state, in graph order.</summary>
    IReadOnlyList<ValueInfo> Fetches { get; }

    /// <summary>Runs the graph once and replaces the state.</summary>
    /// <param name="feeds">A tensor per entry of <see cref="Feeds"/>; the batch size may change between runs.</param>
    /// <param name="fetches">Receives a tensor per entry of <see cref="Fetches"/>. A tensor of the right type and shape that is there already is written in place;
    /// otherwise a new one is put there.</param>
    /// <exception cref="AnnealException">A feed does not fit the graph.</exception>
    void Run(ReadOnlySpan<Tensor> feeds, Span<Tensor?> fetches);

    /// <summary>Reads a state.</summary>
    /// <param name="input">The state's input name.</param>
    /// <returns>A copy of its value.</returns>
    Tensor ReadState(string input);

    /// <summary>Replaces a state.</summary>
    /// <param name="input">The state's input name.</param>
    /// <param name="value">Its new value, which is copied.</param>
    void WriteState(string input, Tensor value);
}
