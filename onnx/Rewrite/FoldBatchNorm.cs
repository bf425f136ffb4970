using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Folds a BatchNormalization of inference into the weights of the Conv or Gemm before it, where weights and statistics are constants.</summary>
/// <remarks>
/// With f = scale / √(var + ε): W' = f·W and B' = f·(B - mean) + bias, channel by channel. The product's result must have no other reader.
/// </remarks>
public static class FoldBatchNorm
{
    /// <summary>Applies the rewrite.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same outputs but for rounding.</returns>
    public static Graph Apply(Graph graph)
    {
        var index = new GraphIndex(graph);
        var open = graph.Inputs.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        var initializers = graph.Initializers.ToBuilder();
        var replaced = new Dictionary<string, Node>(StringComparer.Ordinal);
        HashSet<string> gone = new(StringComparer.Ordinal);
        foreach (Node norm in graph.Nodes)
        {
            bool isNorm = norm is { Domain: "", OpType: "BatchNormalization", Outputs.Length: 1 } && norm.Attributes.Int("training_mode", 0) == 0
                && norm.Inputs.Skip(1).All(IsConstant);
            Node? product = isNorm ? index.OnlyFor(norm.Inputs[0], "Conv") ?? index.OnlyFor(norm.Inputs[0], "Gemm") : null;
            if (product is null || !IsConstant(product.Inputs[1]) || (product.HasInput(2) && !IsConstant(product.Inputs[2])))
            {
                continue;
            }

            string weight = norm.Outputs[0] + "/weight";
            string bias = norm.Outputs[0] + "/bias";
            if (Folded(product, norm) is var (w, b) && initializers.TryAdd(weight, w) && initializers.TryAdd(bias, b))
            {
                gone.Add(product.Name);
                replaced.Add(norm.Name, product with
                {
                    Inputs = [product.Inputs[0], weight, bias],
                    Outputs = norm.Outputs,
                    Attributes = product.OpType == "Gemm" ? product.Attributes.With("beta", 1f) : product.Attributes,
                });
            }
        }

        return graph with
        {
            Nodes = [.. graph.Nodes.Where(n => !gone.Contains(n.Name)).Select(n => replaced.GetValueOrDefault(n.Name, n))],
            Initializers = initializers.ToImmutable(),
        };

        bool IsConstant(string value) => graph.Initializers.ContainsKey(value) && !open.Contains(value);

        (Tensor Weight, Tensor Bias)? Folded(Node product, Node norm)
        {
            Tensor weight = graph.Initializers[product.Inputs[1]];
            Tensor[] statistics = [.. norm.Inputs.Skip(1).Select(i => graph.Initializers[i])];
            Tensor? bias = product.HasInput(2) ? graph.Initializers[product.Inputs[2]] : null;
            if (statistics.Append(weight).Any(t => t.Type != DType.Float) || bias is not null and not { Type: DType.Float })
            {
                return null;
            }

            int channels = statistics[0].Length;
            double Bias(int c) => bias is null ? 0 : product.Attributes.Float("beta", 1) * (double)bias.Span<float>()[bias.Length == 1 ? 0 : c];
            bool isRow = bias is null || bias.Length == 1 || (bias.Length == channels && bias.Shape[^1] == channels);
            if (!isRow)
            {
                return null;
            }

            var factors = new double[channels];
            Tensor moved = Tensor.Zeros(DType.Float, channels);
            for (int c = 0; c < channels; c++)
            {
                factors[c] = statistics[0].Span<float>()[c] / Math.Sqrt(statistics[3].Span<float>()[c] + (double)norm.Attributes.Float("epsilon", 1e-5f));
                moved.Span<float>()[c] = (float)((factors[c] * (Bias(c) - statistics[2].Span<float>()[c])) + statistics[1].Span<float>()[c]);
            }

            // The channel of a weight is its first dimension in a Conv, and in a Gemm that of the result's columns.
            bool isFirst = product.OpType == "Conv" || product.Attributes.Int("transB", 0) != 0;
            int inner = isFirst ? weight.Length / Math.Max(1, channels) : 1;
            Tensor scaled = weight.Clone();
            for (int i = 0; i < scaled.Length; i++)
            {
                scaled.Span<float>()[i] = (float)(scaled.Span<float>()[i] * factors[i / inner % channels]);
            }

            return (scaled, moved);
        }
    }
}
