using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;

namespace Anneal.Onnx.Lowering;

/// <summary>The gradient of a convolution's input at stride 1: the convolution of dY with the weights turned round, of which runtimes have better kernels than of its transpose.</summary>
internal sealed class LowerConvGradX : ILowering
{
    public string Op => "ConvGradX";

    public bool Write(NodeChain chain, Node node, TypeInference types)
    {
        long[] kernel = Ints("kernel_shape");
        (long[] strides, long[] dilations, long[] pads) = (Ints("strides"), Ints("dilations"), Ints("pads"));
        long[] around = [.. pads.Select((p, i) => (dilations[i % kernel.Length] * (kernel[i % kernel.Length] - 1)) - p)];
        if (node.Attributes.Int("group", 1) != 1 || kernel.Length != 2 || strides.Any(s => s != 1) || around.Any(p => p < 0) || Ints("output_padding").Any(p => p != 0))
        {
            return false;
        }

        string turned = chain.Op("Transpose", Attributes.Of(("perm", new long[] { 1, 0, 2, 3 })), node.Inputs[1]);
        if (kernel.Any(k => k > 1))
        {
            turned = chain.Op("Slice", turned, chain.Longs(-1, -1), chain.Longs(-int.MaxValue, -int.MaxValue), chain.Longs(2, 3), chain.Longs(-1, -1));
        }

        Attributes attributes = Attributes.Of(("kernel_shape", kernel), ("dilations", dilations), ("strides", strides), ("pads", around), ("group", 1L));
        chain.Name(chain.Op("Conv", attributes, node.Inputs[0], turned), node.Outputs[0]);
        return true;

        long[] Ints(string name) => [.. node.Attributes.Ints(name) ?? []];
    }
}
