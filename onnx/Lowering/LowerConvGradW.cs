using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;

namespace Anneal.Onnx.Lowering;

/// <summary>The gradient of a convolution's weights, tap by tap: the pixels under a tap times dY, a product for each image, summed over the images.</summary>
/// <remarks>As one convolution, whose kernel is as large as an image and whose result as small as a kernel, it is most of a step's time.</remarks>
internal sealed class LowerConvGradW : ILowering
{
    /// <summary>The most taps that are written out.</summary>
    public const int MostTaps = 49;

    public string Op => "ConvGradW";

    public bool Write(NodeChain chain, Node node, TypeInference types)
    {
        long[] kernel = Ints("kernel_shape");
        (long[] strides, long[] dilations, long[] pads) = (Ints("strides"), Ints("dilations"), Ints("pads"));
        bool fits = node.Attributes.Int("group", 1) == 1 && kernel.Length == 2 && kernel[0] * kernel[1] <= MostTaps
            && types.Types[node.Inputs[1]].Shape is { Rank: 4 } shape && shape[1].IsKnown && shape[2].IsKnown && shape[3].IsKnown
            && types.Types[node.Inputs[0]].Shape is { Rank: 4 } xs && xs[1].IsKnown;
        if (!fits)
        {
            return false;
        }

        TensorShape dY = types.Types[node.Inputs[1]].Shape!.Value;
        (long filters, long channels) = (dY[1].Size, types.Types[node.Inputs[0]].Shape!.Value[1].Size);
        (long height, long width) = (dY[2].Size, dY[3].Size);
        string x = pads.Any(p => p != 0) ? chain.Op("Pad", node.Inputs[0], chain.Longs(0, 0, pads[0], pads[1], 0, 0, pads[2], pads[3])) : node.Inputs[0];
        string given = chain.Op("Reshape", node.Inputs[1], chain.Longs(0, filters, height * width));
        var taps = new List<string>();
        for (long row = 0; row < kernel[0]; row++)
        {
            for (long column = 0; column < kernel[1]; column++)
            {
                (long top, long left) = (row * dilations[0], column * dilations[1]);
                string seen = chain.Op(
                    "Slice",
                    x,
                    chain.Longs(top, left),
                    chain.Longs(top + ((height - 1) * strides[0]) + 1, left + ((width - 1) * strides[1]) + 1),
                    chain.Longs(2, 3),
                    chain.Longs(strides));
                taps.Add(chain.Op("Unsqueeze", Product(chain, given, seen, channels, height * width), chain.Longs(2)));
            }
        }

        string all = taps.Count == 1 ? taps[0] : chain.Op("Concat", Attributes.Of(("axis", 2L)), [.. taps]);
        chain.Name(chain.Op("Reshape", all, chain.Longs(filters, channels, kernel[0], kernel[1])), node.Outputs[0]);
        return true;

        long[] Ints(string name) => [.. node.Attributes.Ints(name) ?? []];
    }

    /// <summary>dY, [N, filters, pixels], times what it met, of as many pixels a row: the sum of the images' products, [filters, rows].</summary>
    public static string Product(NodeChain chain, string dY, string seen, long rows, long pixels) => chain.Reduce(
        "ReduceSum",
        chain.Op("MatMul", dY, chain.Op("Transpose", Attributes.Of(("perm", new long[] { 0, 2, 1 })), chain.Op("Reshape", seen, chain.Longs(0, rows, pixels)))),
        0);
}
