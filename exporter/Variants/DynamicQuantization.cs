using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Exporter.Variants;

/// <summary>
/// Writes products as integer products whose activations are quantised while running, by the range of each batch: DynamicQuantizeLinear, MatMulInteger or ConvInteger, and
/// the sums times both scales. No rows are needed to calibrate. Weights are int8, one scale per output channel.
/// </summary>
/// <remarks>A row's answer depends on the rows of its batch, as they share the range.</remarks>
public static class DynamicQuantization
{
    /// <summary>Rewrites a graph.</summary>
    /// <param name="graph">The float graph.</param>
    /// <param name="kept">Names of nodes that stay in float.</param>
    /// <returns>The graph, with the same inputs and outputs.</returns>
    public static Graph Apply(Graph graph, IReadOnlySet<string> kept)
    {
        IReadOnlyDictionary<string, Product> products = Product.Of(graph);
        var g = new GraphBuilder(graph);
        var quantized = new Dictionary<string, Value[]>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            if (products.TryGetValue(node.Name, out Product? product) && !kept.Contains(node.Name))
            {
                Add(g, product, quantized);
            }
            else
            {
                g.Add(node);
            }
        }

        foreach (ValueInfo output in graph.Outputs)
        {
            g.Output(g[output.Name]);
        }

        return DeadNodes.Apply(g.Build());
    }

    private static void Add(GraphBuilder g, Product product, Dictionary<string, Value[]> quantized)
    {
        Node node = product.Node;
        if (!quantized.TryGetValue(node.Inputs[0], out Value[]? x))
        {
            using IDisposable of = g.Scope(node.Inputs[0]);
            x = g.Node("DynamicQuantizeLinear", [g[node.Inputs[0]]], 3);
            quantized.Add(node.Inputs[0], x);
        }

        using IDisposable scope = g.Scope(node.Name);
        bool isConv = node.OpType == "Conv";
        Tensor matrix = !isConv && product.Axis == 0 ? Transposed(product.Weights) : product.Weights;
        var weights = Weights.Of(matrix, isConv ? 0 : 1);
        Value weight = g.Initializer(g.NameFor("weight/quantized"), weights.Values);
        Value sums = g.Node(isConv ? "ConvInteger" : "MatMulInteger", [x[0], weight, x[2]], isConv ? node.Attributes : Attributes.None);
        int channels = weights.Scale.Length;
        int[] shape = isConv ? [channels, .. Enumerable.Repeat(1, matrix.Rank - 2)] : [channels];
        Value scale = g.Mul(x[1], g.Initializer(g.NameFor("weight/scale"), weights.Scale.Reshape(shape)));
        string last = node.Outputs[0];
        Value floats = g.Cast(sums, DType.Float);
        if (product.Bias is { } bias)
        {
            Value scaled = g.Mul(floats, scale);
            g.Node("Add", [scaled, g.Initializer(g.NameFor("bias"), bias.Reshape(shape))], output: last);
        }
        else
        {
            g.Node("Mul", [floats, scale], output: last);
        }
    }

    private static Tensor Transposed(Tensor matrix)
    {
        (int rows, int columns) = (matrix.Shape[0], matrix.Shape[1]);
        Tensor turned = Tensor.Zeros(DType.Float, columns, rows);
        for (int i = 0; i < matrix.Length; i++)
        {
            turned.Span<float>()[(i % columns * rows) + (i / columns)] = matrix.Span<float>()[i];
        }

        return turned;
    }
}
