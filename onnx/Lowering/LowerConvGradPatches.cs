using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Lowering;

/// <summary>
/// The gradient of a convolution's weights from patches: what lies under each tap, drawn by a convolution of each channel by itself whose kernels hold one 1, times dY, a product for each image,
/// summed over the images.
/// </summary>
/// <remarks>A fifth of the nodes of tap by tap, which counts where a batch is small. Of large ones the drawing takes longer than the products that it spares: docs/performance.md.</remarks>
internal sealed class LowerConvGradPatches : ILowering
{
    private const long MostBytes = 32 << 20;

    public string Op => "ConvGradW";

    public bool Write(NodeChain chain, Node node, TypeInference types)
    {
        long[] kernel = [.. node.Attributes.Ints("kernel_shape") ?? []];
        bool fits = node.Attributes.Int("group", 1) == 1 && kernel.Length == 2 && kernel[0] * kernel[1] is > 1 and <= LowerConvGradW.MostTaps
            && types.Types[node.Inputs[1]] is { Type: DType.Float, Shape: { Rank: 4, IsStatic: true } dYs }
            && types.Types[node.Inputs[0]].Shape is { Rank: 4 } xs && xs[1].IsKnown
            && 4L * dYs[0].Size * xs[1].Size * kernel[0] * kernel[1] * dYs[2].Size * dYs[3].Size <= MostBytes;
        if (!fits)
        {
            return false;
        }

        TensorShape dY = types.Types[node.Inputs[1]].Shape!.Value;
        (long filters, long channels) = (dY[1].Size, types.Types[node.Inputs[0]].Shape!.Value[1].Size);
        (long taps, long pixels) = (kernel[0] * kernel[1], dY[2].Size * dY[3].Size);
        float[] ones = new float[channels * taps * taps];
        for (long i = 0; i < channels * taps; i++)
        {
            ones[(i * taps) + (i % taps)] = 1;
        }

        Attributes attributes = Attributes.Of(
            ("kernel_shape", kernel), ("strides", Ints("strides")), ("dilations", Ints("dilations")), ("pads", Ints("pads")), ("group", channels));
        string drawn = chain.Op("Conv", attributes, node.Inputs[0], chain.Constant(Tensor.Of<float>([(int)(channels * taps), 1, (int)kernel[0], (int)kernel[1]], ones)));
        string given = chain.Op("Reshape", node.Inputs[1], chain.Longs(0, filters, pixels));
        string sum = LowerConvGradW.Product(chain, given, drawn, channels * taps, pixels);
        chain.Name(chain.Op("Reshape", sum, chain.Longs(filters, channels, kernel[0], kernel[1])), node.Outputs[0]);
        return true;

        long[] Ints(string name) => [.. node.Attributes.Ints(name) ?? []];
    }
}
