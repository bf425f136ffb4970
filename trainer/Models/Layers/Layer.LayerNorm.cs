using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>Layer normalisation: each row of features by its own mean and variance, then a trained scale and bias.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Epsilon">Added to the variance.</param>
    public sealed record LayerNorm(string Name, Origin Origin, float Epsilon) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            if (x.Rank < 2 || !x.Shape[-1].IsKnown)
            {
                throw AnnealException.BadUsage($"layer '{Name}' (layer_norm) takes [N,...,features], got {x.Shape}").In(Origin.ToString());
            }

            int width = x.Shape[-1].Size;
            Value scale = context.Scale(Name + ".scale", width);
            Value bias = context.Bias(Name + ".bias", width);
            return context.Graph.Node("LayerNormalization", [x, scale, bias], Attributes.Of(("axis", -1L), ("epsilon", Epsilon)));
        }
    }
}
