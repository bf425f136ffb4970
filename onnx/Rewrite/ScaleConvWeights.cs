using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Takes a BatchNormalization of inference into the weights of the Conv before it, by nodes: for weights and statistics that are state, as between two epochs.</summary>
/// <remarks>
/// With f = scale / √(var + ε): W' = W·f and B' = (B - mean)·f + bias, channel by channel. The weights are few beside what they are multiplied with; a pass over the result
/// is saved. Constants are left to <see cref="FoldBatchNorm"/>.
/// </remarks>
public static class ScaleConvWeights
{
    /// <summary>Applies the rewrite.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same outputs but for rounding.</returns>
    public static Graph Apply(Graph graph)
    {
        var index = new GraphIndex(graph);
        var types = new Lazy<TypeInference>(() => TypeInference.Of(graph));
        var initializers = graph.Initializers.ToBuilder();
        Graph result = NodeRule.Apply(graph, norm =>
        {
            bool isNorm = norm is { Domain: "", OpType: "BatchNormalization", Outputs.Length: 1 } && norm.Attributes.Int("training_mode", 0) == 0;
            Node? conv = isNorm ? index.OnlyFor(norm.Inputs[0], "Conv") : null;
            return conv is not null && types.Value.Types[conv.Inputs[1]].Shape is { } weights ? (Scaled(norm, conv, weights.Rank), [conv]) : null;
        });
        return result with { Initializers = initializers.ToImmutable() };

        Node[] Scaled(Node norm, Node conv, int rank)
        {
            var nodes = new List<Node>();
            float epsilon = norm.Attributes.Float("epsilon", 1e-5f);
            string[] given = [.. norm.Inputs];
            string smallest = Constant("epsilon", types.Value.Types[given[4]].Type == DType.Double ? Tensor.Scalar((double)epsilon) : Tensor.Scalar(epsilon));
            string factor = Add("factor", "Div", given[1], Add("deviation", "Sqrt", Add("variance", "Add", given[4], smallest)));
            string axes = Constant("axes", Tensor.Vector<long>([.. Enumerable.Range(1, rank - 1).Select(a => (long)a)]));
            string weight = Add("weight", "Mul", conv.Inputs[1], Add("factors", "Unsqueeze", factor, axes));
            string centred = conv.HasInput(2) ? Add("centred", "Sub", conv.Inputs[2], given[3]) : Add("centred", "Neg", given[3]);
            string bias = Add("bias", "Add", Add("shift", "Mul", centred, factor), given[2]);
            return [.. nodes, conv with { Inputs = [conv.Inputs[0], weight, bias], Outputs = norm.Outputs }];

            string Add(string part, string op, params string[] inputs)
            {
                string name = $"{norm.Outputs[0]}/{part}";
                nodes.Add(new Node(name, "", op, [.. inputs], [name], Attributes.None, norm.Origin));
                return name;
            }

            string Constant(string part, Tensor value)
            {
                string name = $"{norm.Outputs[0]}/{part}";
                initializers.Add(name, value);
                return name;
            }
        }
    }
}
