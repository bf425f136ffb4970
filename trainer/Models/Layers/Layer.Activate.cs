using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>An activation alone.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Kind">The function.</param>
    public sealed record Activate(string Name, Origin Origin, Activation Kind) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Activation Ending => Kind;

        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x) => Kind.Apply(context.Graph, x);
    }
}
