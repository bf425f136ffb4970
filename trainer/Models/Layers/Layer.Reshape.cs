using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>The same elements of each row under another shape.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Sizes">The sizes behind the batch; one may be -1.</param>
    public sealed record Reshape(string Name, Origin Origin, IReadOnlyList<int> Sizes) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override bool IsWatched => false;

        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x) => context.Graph.Reshape(x, [0, .. Sizes.Select(s => (long)s)]);
    }
}
