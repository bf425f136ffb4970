using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>A block around which its input passes: Y = f(layers(X) + shortcut(X)).</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Layers">The block.</param>
    /// <param name="Activation">f.</param>
    /// <param name="Shortcut">What the input passes through.</param>
    public sealed record Residual(string Name, Origin Origin, IReadOnlyList<Layer> Layers, Activation Activation, Shortcut Shortcut = Shortcut.Projection) : Layer(Name, Origin)
    {
        private const float Momentum = 0.9f;
        private const float Epsilon = 1e-5f;

        /// <inheritdoc/>
        public override Activation Ending => Activation;

        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            Value y = context.Chain(Layers, x);
            Value around = Branches.Fits(x.Shape, y.Shape) ? x : Reshaped(context, x, y);
            return Activation.Apply(context.Graph, context.Graph.Add(y, around));
        }

        private Value Reshaped(LayerContext context, Value x, Value y)
        {
            bool fits = Shortcut != Shortcut.Identity && x.Rank == 4 && y.Rank == 4 && y.Shape[2].Size > 0 && y.Shape[3].Size > 0;
            int stride = fits ? ((x.Shape[2].Size - 1) / y.Shape[2].Size) + 1 : 1;
            using IDisposable scope = context.Graph.Scope("shortcut");
            Value around = !fits ? x : Shortcut == Shortcut.Pad ? Pad(context.Graph, x, y, stride) : Project(context, x, y.Shape[1].Size, stride);
            return Branches.Fits(around.Shape, y.Shape)
                ? around
                : throw AnnealException.BadUsage(
                    $"layer '{Name}' (residual) turns {x.Shape} into {y.Shape}, to which its input cannot be added",
                    Shortcut == Shortcut.Projection ? null : "take 'shortcut: projection', or let the block keep the shape").In(Origin.ToString());
        }

        private Value Project(LayerContext context, Value x, int channels, int stride) => new BatchNorm(Name + ".norm", Origin, Momentum, Epsilon).Apply(
            context,
            new Conv(Name + ".conv", Origin, channels, 1, stride, 0, 1, Activation.Linear, false, Initializer.Auto).Apply(context, x));

        private static Value Pad(GraphBuilder g, Value x, Value y, int stride)
        {
            int added = y.Shape[1].Size - x.Shape[1].Size;
            if (stride > 1)
            {
                x = g.Node("Slice", [x, g.Longs(0, 0), g.Longs(x.Shape[2].Size, x.Shape[3].Size), g.Longs(2, 3), g.Longs(stride, stride)]);
            }

            return added <= 0 ? x : g.Node("Pad", [x, g.Longs(0, 0, 0, 0, 0, added, 0, 0)]);
        }
    }
}
