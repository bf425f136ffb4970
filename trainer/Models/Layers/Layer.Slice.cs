using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>A stretch of one axis, such as the features that a branch reads.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Axis">The axis, 1 for the first behind the batch.</param>
    /// <param name="Start">The first element, from 0.</param>
    /// <param name="End">The element after the last; null for all that follow.</param>
    public sealed record Slice(string Name, Origin Origin, int Axis, int Start, int? End) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override bool IsWatched => false;

        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            bool hasAxis = Axis < x.Rank && x.Shape[Axis].IsKnown;
            int end = End ?? (hasAxis ? x.Shape[Axis].Size : 0);
            if (!hasAxis || Start >= end || end > x.Shape[Axis].Size)
            {
                throw AnnealException.BadUsage($"layer '{Name}' (slice) takes {Start} to {end} of axis {Axis}, which {x.Shape} does not have").In(Origin.ToString());
            }

            GraphBuilder g = context.Graph;
            return g.Node("Slice", [x, g.Longs(Start), g.Longs(end), g.Longs(Axis)]);
        }
    }
}
