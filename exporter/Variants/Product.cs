using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Exporter.Variants;

/// <summary>A node that multiplies by constant weights: what is worth quantising.</summary>
/// <param name="Node">A Conv, Gemm or MatMul.</param>
/// <param name="Weights">Its weights, float.</param>
/// <param name="Axis">The dimension of the weights that counts the output channels.</param>
/// <param name="Bias">The constant bias of each channel, [C] float; null where there is none or it is no vector.</param>
internal sealed record Product(Node Node, Tensor Weights, int Axis, Tensor? Bias)
{
    /// <summary>The products of a graph by their node's name, in execution order.</summary>
    public static IReadOnlyDictionary<string, Product> Of(Graph graph)
    {
        var open = graph.Inputs.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        return new OrderedDictionary<string, Product>(graph.Nodes.Select(Find).OfType<Product>().Select(p => KeyValuePair.Create(p.Node.Name, p)), StringComparer.Ordinal);

        Tensor? Constant(Node node, int input) => node.HasInput(input) && !open.Contains(node.Inputs[input]) ? graph.Initializers.GetValueOrDefault(node.Inputs[input]) : null;

        Product? Find(Node node)
        {
            if (node is not { Domain: "", OpType: "Conv" or "Gemm" or "MatMul" } || Constant(node, 0) is not null || Constant(node, 1) is not { Type: DType.Float, Rank: >= 2, Length: > 0 } weights)
            {
                return null;
            }

            bool isPlain = node.OpType != "Gemm"
                || (node.Attributes.Int("transA", 0) == 0 && node.Attributes.Float("alpha", 1) == 1 && (!node.HasInput(2) || node.Attributes.Float("beta", 1) == 1));
            int axis = node.OpType == "Conv" || node.Attributes.Int("transB", 0) != 0 ? 0 : 1;
            Tensor? bias = Constant(node, 2) is { Type: DType.Float } given && given.Length == weights.Shape[axis] && given.Shape[^1] == given.Length ? given : null;
            bool isWhole = !node.HasInput(2) || bias is not null;
            return isPlain && isWhole && (node.OpType != "MatMul" || weights.Rank == 2) ? new Product(node, weights, axis, bias) : null;
        }
    }
}
