using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>Group normalisation: each group of channels of each row by its own mean and variance, then a trained scale and bias for each channel (Wu and He 2018).</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Groups">The number of groups, which divides the channels.</param>
    /// <param name="Epsilon">Added to the variance.</param>
    public sealed record GroupNorm(string Name, Origin Origin, int Groups, float Epsilon) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        /// <remarks>ONNX's GroupNormalization of opset 18 scales whole groups, so that the channels' scale stands beside the normalisation.</remarks>
        public override Value Apply(LayerContext context, Value x)
        {
            if (x.Rank < 2 || !x.Shape[1].IsKnown)
            {
                throw AnnealException.BadUsage($"layer '{Name}' (group_norm) takes [N,channels,...], got {x.Shape}").In(Origin.ToString());
            }

            int channels = x.Shape[1].Size;
            if (channels % Groups != 0)
            {
                throw AnnealException.BadUsage($"layer '{Name}' (group_norm) has {Groups} groups, which do not divide {channels} channels").In(Origin.ToString());
            }

            GraphBuilder g = context.Graph;
            Value groups = g.Reshape(x, 0, Groups, -1);
            Value ones = g.Constant(LayerContext.Ones(Groups));
            Value zeros = g.Constant(Tensor.Zeros(DType.Float, Groups));
            Value normal = g.Node("InstanceNormalization", [groups, ones, zeros], Attributes.Of(("epsilon", Epsilon)));
            long[] perChannel = [channels, .. Enumerable.Repeat(1L, x.Rank - 2)];
            Value scale = g.Reshape(context.Scale(Name + ".scale", channels), perChannel);
            Value bias = g.Reshape(context.Bias(Name + ".bias", channels), perChannel);
            return g.Add(g.Mul(g.ReshapeLike(normal, x), scale), bias);
        }
    }
}
