using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>All dimensions but the first become one.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    public sealed record Flatten(string Name, Origin Origin) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override bool IsWatched => false;

        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x) => context.Graph.Node("Flatten", [x]);
    }
}
