using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Lowering;

/// <summary>The gradients of batch normalisation of images in few passes over them: each map of a channel's own is one BatchNormalization as in inference, and each sum one ReduceSum.</summary>
/// <param name="op">BatchNormGrad, or one that is told where a Relu let through.</param>
internal sealed class LowerBatchNormGrad(string op) : ILowering
{
    public string Op => op;

    public bool Write(NodeChain chain, Node node, TypeInference types)
    {
        if (ImageSums.Of(chain, types.Types[node.Inputs[1]]) is not { } images)
        {
            return false;
        }

        (string x, string scale, string mean, string inverse) = (node.Inputs[1], node.Inputs[2], node.Inputs[3], node.Inputs[4]);
        string zero = images.Number(0);
        string zeros = images.Filled(images.Channels, 0);
        string dY = node.Inputs.Length > 5 ? chain.Op("Where", chain.Op("Greater", node.Inputs[5], zero), node.Inputs[0], zero) : node.Inputs[0];
        string normal = images.Map(x, inverse, zeros, mean);
        string dBias = images.Sum(dY);
        string dScale = images.Sum(chain.Op("Mul", dY, normal));
        string count = chain.Op("Cast", Attributes.Of(("to", (long)DType.Float)), chain.Op("Div", chain.Op("Size", x), chain.Constant(Tensor.Scalar((long)images.Channels))));
        string share = images.Map(normal, chain.Op("Div", dScale, count), chain.Op("Div", dBias, count), zeros);
        string slope = chain.Op("Reshape", chain.Op("Mul", scale, inverse), chain.Longs(-1, 1, 1));
        chain.Name(chain.Op("Mul", chain.Op("Sub", dY, share), slope), node.Outputs[0]);
        chain.Name(dScale, node.Outputs[1]);
        chain.Name(dBias, node.Outputs[2]);
        chain.Name(dY, node.HasOutput(3) ? node.Outputs[3] : "");
        return true;
    }
}
