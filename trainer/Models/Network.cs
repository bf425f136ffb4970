using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

/// <summary>A chain of layers.</summary>
/// <param name="Layers">The layers, first to last.</param>
public sealed record Network(IReadOnlyList<Layer> Layers)
{
    /// <summary>Adds the whole network to a graph.</summary>
    /// <param name="context">Where nodes and parameters go.</param>
    /// <param name="x">The features.</param>
    /// <param name="trace">Receives each layer's name and output.</param>
    /// <returns>The last layer's output.</returns>
    /// <exception cref="AnnealException">A layer's input does not fit it; the message names layer and shapes.</exception>
    public Value Apply(LayerContext context, Value x, Action<Layer, Value>? trace = null)
    {
        foreach (Layer layer in Layers)
        {
            x = context.Chain([layer], x);
            trace?.Invoke(layer, x);
        }

        return x;
    }
}
