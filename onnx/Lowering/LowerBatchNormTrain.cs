using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;

namespace Anneal.Onnx.Lowering;

/// <summary>
/// Batch normalisation of images in few passes over them: the moments of each channel of an image by LayerNormalization, those of all images from them,
/// var = mean over n of (varₙ + (meanₙ - mean)²), and the map by BatchNormalization as in inference.
/// </summary>
/// <param name="op">BatchNormTrain, or one that goes on with a sum and a Relu.</param>
internal sealed class LowerBatchNormTrain(string op) : ILowering
{
    public string Op => op;

    public bool Write(NodeChain chain, Node node, TypeInference types)
    {
        if (ImageSums.Of(chain, types.Types[node.Inputs[0]]) is not { } images)
        {
            return false;
        }

        float epsilon = node.Attributes.Float("epsilon", 0);
        float momentum = node.Attributes.Float("momentum", 0);
        string x = node.Inputs[0];
        string[] moments = chain.Ops("LayerNormalization", 3, Attributes.Of(("axis", -1L), ("epsilon", 0f)), images.Flat(x), images.Filled(images.Pixels, 1));
        string means = images.Rows(moments[1]);
        string inverses = images.Rows(moments[2]);
        string mean = chain.Reduce("ReduceMean", means, 0);
        string off = chain.Op("Sub", means, mean);
        // An image of one value has the inverse ∞, and 0 again for its variance.
        string variance = chain.Reduce("ReduceMean", chain.Op("Add", chain.Op("Reciprocal", chain.Op("Mul", inverses, inverses)), chain.Op("Mul", off, off)), 0);
        string y = chain.Op("BatchNormalization", Attributes.Of(("epsilon", epsilon)), x, node.Inputs[1], node.Inputs[2], mean, variance);
        y = node.Inputs.Length > 5 ? chain.Op("Add", y, node.Inputs[5]) : y;
        Give(0, op.EndsWith("Relu", StringComparison.Ordinal) ? chain.Op("Relu", y) : y);
        Give(1, Moved(node.Inputs[3], mean));
        Give(2, Moved(node.Inputs[4], variance));
        Give(3, mean);
        Give(4, chain.Op("Reciprocal", chain.Op("Sqrt", chain.Op("Add", variance, images.Number(epsilon)))));
        return true;

        string Moved(string running, string batch) =>
            chain.Op("Add", chain.Op("Mul", running, images.Number(momentum)), chain.Op("Mul", batch, images.Number(1 - momentum)));

        void Give(int output, string value) => chain.Name(value, node.HasOutput(output) ? node.Outputs[output] : "");
    }
}
