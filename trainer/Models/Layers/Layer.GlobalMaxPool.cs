using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>The largest element of each channel: [N, C, H, W] becomes [N, C, 1, 1].</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    public sealed record GlobalMaxPool(string Name, Origin Origin) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x) => context.Graph.Node("GlobalMaxPool", [x]);
    }
}
