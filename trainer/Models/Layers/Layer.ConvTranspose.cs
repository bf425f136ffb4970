using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>
    /// A transposed convolution over height and width, by which images grow: Y = f(X *ᵀ W + b), X [N, C, H, W], W [C, filters / groups, kernel, kernel], b [filters].
    /// </summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Filters">The number of output channels.</param>
    /// <param name="Kernel">Height and width of the window.</param>
    /// <param name="Stride">Elements of the output from one window to the next.</param>
    /// <param name="Padding">Elements cut off around the output, (size - 1) · stride + kernel - 2 · padding of them left; null for size · stride.</param>
    /// <param name="Groups">Parts of the channels that are convolved apart.</param>
    /// <param name="Activation">f.</param>
    /// <param name="Bias">Whether there is a b.</param>
    /// <param name="Initializer">How W begins; its fan-in is what an output sums over on average, C / groups · kernel² / stride².</param>
    public sealed record ConvTranspose(
        string Name, Origin Origin, int Filters, int Kernel, int Stride, int? Padding, int Groups, Activation Activation, bool Bias, Initialization Initializer) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Activation Ending => Activation;

        /// <inheritdoc/>
        /// <remarks>[N, H, W] is taken as images of one channel.</remarks>
        public override Value Apply(LayerContext context, Value x)
        {
            GraphBuilder g = context.Graph;
            x = Image.Of(g, this, "conv_transpose", x);
            int channels = Image.Channels(this, "conv_transpose", x, Filters, Groups);
            int area = Math.Max(1, Kernel * Kernel / (Stride * Stride));
            Value weight = context.Weight(
                Name + ".weight", [0, 2, 3], Initializer.For(Activation), channels / Groups * area, Filters / Groups * Kernel * Kernel, channels, Filters / Groups, Kernel, Kernel);
            Value? bias = Bias ? context.Bias(Name + ".bias", Filters) : null;
            (long begin, long end, long extra) = Cut();
            Attributes attributes = Attributes.Of(
                ("dilations", new long[] { 1, 1 }),
                ("group", (long)Groups),
                ("kernel_shape", new long[] { Kernel, Kernel }),
                ("output_padding", new[] { extra, extra }),
                ("pads", new[] { begin, begin, end, end }),
                ("strides", new long[] { Stride, Stride }));
            return Activation.Apply(g, g.Node("ConvTranspose", bias is null ? [x, weight] : [x, weight, bias], attributes));
        }

        // Alike on both sides, as CUDA's kernels want it, wherever the output can be extended by one: by less than a stride.
        private (long Begin, long End, long Extra) Cut()
        {
            if (Padding is { } padding)
            {
                return (padding, padding, 0);
            }

            int surplus = Kernel - Stride;
            return surplus < 0 ? (0, 0, -surplus)
                : Stride == 1 ? (surplus / 2, surplus - (surplus / 2), 0)
                : ((surplus + 1) / 2, (surplus + 1) / 2, surplus % 2);
        }
    }
}
