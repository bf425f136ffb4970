using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>Batch normalisation, channel by channel: by the batch's mean and variance in training, by their running averages otherwise.</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Momentum">The share of the running averages that a step keeps.</param>
    /// <param name="Epsilon">Added to the variance.</param>
    public sealed record BatchNorm(string Name, Origin Origin, float Momentum, float Epsilon) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            if (x.Rank < 2)
            {
                throw AnnealException.BadUsage($"layer '{Name}' (batch_norm) takes [N,channels,...], got {x.Shape}").In(Origin.ToString());
            }

            int channels = x.Shape[1].Size;
            Value scale = context.Scale(Name + ".scale", channels);
            Value bias = context.Bias(Name + ".bias", channels);
            Value mean = context.State(Name + ".mean", Tensor.Zeros(DType.Float, channels));
            Value variance = context.State(Name + ".var", LayerContext.Ones(channels));
            if (!context.IsTraining)
            {
                return context.Graph.Node("BatchNormalization", [x, scale, bias, mean, variance], Attributes.Of(("epsilon", Epsilon)));
            }

            Attributes attributes = Attributes.Of(("epsilon", Epsilon), ("momentum", Momentum));
            Value[] results = context.Graph.Node("BatchNormTrain", [x, scale, bias, mean, variance], 5, attributes, Model.AnnealDomain);
            context.Replace(mean, results[1]);
            context.Replace(variance, results[2]);
            return results[0];
        }
    }
}
