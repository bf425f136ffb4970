using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>Adds a trained vector to each time step, by which attention tells one step from another: [N, T, F] to [N, T, F].</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    public sealed record Positions(string Name, Origin Origin) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            Sequence.Check(this, "positions", x);
            (int length, int width) = (x.Shape[1].Size, x.Shape[2].Size);
            return context.Graph.Add(x, context.Weight(Name + ".weight", [1], Initializer.LecunNormal, width, width, length, width));
        }
    }
}
