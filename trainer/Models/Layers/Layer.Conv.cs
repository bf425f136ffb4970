using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>A convolution over height and width: Y = f(X * W + b), X [N, C, H, W], W [filters, C / groups, kernel, kernel], b [filters].</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Filters">The number of output channels.</param>
    /// <param name="Kernel">Height and width of the window.</param>
    /// <param name="Stride">Elements from one window to the next.</param>
    /// <param name="Padding">Zeros around the image; null for as many as keep ⌈size / stride⌉ windows.</param>
    /// <param name="Groups">Parts of the channels that are convolved apart.</param>
    /// <param name="Activation">f.</param>
    /// <param name="Bias">Whether there is a b.</param>
    /// <param name="Initializer">How W begins.</param>
    public sealed record Conv(string Name, Origin Origin, int Filters, int Kernel, int Stride, int? Padding, int Groups, Activation Activation, bool Bias, Initialization Initializer) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Activation Ending => Activation;

        /// <inheritdoc/>
        /// <remarks>[N, H, W] is taken as images of one channel.</remarks>
        public override Value Apply(LayerContext context, Value x)
        {
            GraphBuilder g = context.Graph;
            x = Image.Of(g, this, "conv", x);
            int channels = Image.Channels(this, "conv", x, Filters, Groups);
            int fanIn = channels / Groups * Kernel * Kernel;
            Value weight = context.Weight(Name + ".weight", Initializer.For(Activation), fanIn, Filters / Groups * Kernel * Kernel, Filters, channels / Groups, Kernel, Kernel);
            Value? bias = Bias ? context.Bias(Name + ".bias", Filters) : null;
            Attributes attributes = Attributes.Of(
                ("dilations", new long[] { 1, 1 }),
                ("group", (long)Groups),
                ("kernel_shape", new long[] { Kernel, Kernel }),
                ("pads", Pads(x)),
                ("strides", new long[] { Stride, Stride }));
            return Activation.Apply(g, g.Node("Conv", bias is null ? [x, weight] : [x, weight, bias], attributes));
        }

        // An odd window is padded alike on both sides, whatever the stride.
        private long[] Pads(Value x)
        {
            int same = Kernel / 2;
            if (Padding is { } padding || Kernel % 2 == 1)
            {
                padding = Padding ?? same;
                return [padding, padding, padding, padding];
            }

            long[] totals = [.. x.Shape.Dims.Skip(2).Select(d => Math.Max(0L, ((d.Size - 1) / Stride * Stride) + Kernel - d.Size))];
            return [totals[0] / 2, totals[1] / 2, totals[0] - (totals[0] / 2), totals[1] - (totals[1] / 2)];
        }
    }
}
