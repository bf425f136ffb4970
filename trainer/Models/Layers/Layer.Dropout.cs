using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>Dropout while training.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Rate">The share of elements that become zero, in [0, 1).</param>
    public sealed record Dropout(string Name, Origin Origin, float Rate) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override bool IsWatched => false;

        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x) => context.Dropout(x, Rate, Name);
    }
}
