using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>A block around which its input passes: Y = f(layers(X) + X).</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Layers">The block.</param>
    /// <param name="Activation">f.</param>
    public sealed record Residual(string Name, Origin Origin, IReadOnlyList<Layer> Layers, Activation Activation) : Layer(Name, Origin)
    {
        private const float Momentum = 0.9f;
        private const float Epsilon = 1e-5f;

        /// <inheritdoc/>
        /// <remarks>Where the block changes the shape, the input passes through a convolution of window 1 and batch normalisation.</remarks>
        public override Value Apply(LayerContext context, Value x)
        {
            Value y = x;
            foreach (Layer layer in Layers)
            {
                using IDisposable scope = context.Graph.Scope(layer.Name, layer.Origin);
                y = layer.Apply(context, y);
            }

            Value around = y.Shape == x.Shape ? x : Project(context, x, y);
            return Activation.Apply(context.Graph, context.Graph.Add(y, around));
        }

        private Value Project(LayerContext context, Value x, Value y)
        {
            bool fits = x.Rank == 4 && y.Rank == 4 && y.Shape[2].Size > 0 && y.Shape[3].Size > 0;
            int stride = fits ? ((x.Shape[2].Size - 1) / y.Shape[2].Size) + 1 : 1;
            using IDisposable scope = context.Graph.Scope("shortcut");
            Value around = !fits ? x : new BatchNorm(Name + ".norm", Origin, Momentum, Epsilon).Apply(
                context,
                new Conv(Name + ".conv", Origin, y.Shape[1].Size, 1, stride, 0, 1, Activation.Linear, false, Initializer.Auto).Apply(context, x));
            return around.Shape == y.Shape
                ? around
                : throw AnnealException.BadUsage($"layer '{Name}' (residual) turns {x.Shape} into {y.Shape}, to which its input cannot be added").In(Origin.ToString());
        }
    }
}
