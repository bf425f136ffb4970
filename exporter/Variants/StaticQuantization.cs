using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Exporter.Variants;

/// <summary>
/// Writes a graph of 8-bit integers in ONNX's QDQ form: QuantizeLinear and DequantizeLinear stand round each product and what passes on as integers, and a runtime with
/// integer kernels joins them. Activations are uint8 with a zero point, one scale per value; weights int8, one scale per output channel; biases int32.
/// </summary>
public static class StaticQuantization
{
    private const string Suffix = "/quantized";

    /// <summary>The values whose ranges <see cref="Apply"/> needs.</summary>
    /// <param name="graph">The float graph.</param>
    /// <returns>Names of float values.</returns>
    public static IReadOnlyList<string> ValuesOf(Graph graph) => new QuantizedValues(graph, Product.Of(graph)).Ranged;

    /// <summary>Rewrites a graph.</summary>
    /// <param name="graph">The float graph.</param>
    /// <param name="ranges">The range of each of <see cref="ValuesOf"/>.</param>
    /// <param name="kept">Names of nodes that stay in float.</param>
    /// <returns>The graph, with the same inputs and outputs.</returns>
    public static Graph Apply(Graph graph, IReadOnlyDictionary<string, ValueRange> ranges, IReadOnlySet<string> kept)
    {
        Dictionary<string, Product> products = Product.Of(graph).Where(p => !kept.Contains(p.Key)).ToDictionary(StringComparer.Ordinal);
        return new Writer(graph, products, new QuantizedValues(graph, products).RangeOf, ranges).Write();
    }

    private sealed class Writer(
        Graph graph, Dictionary<string, Product> products, IReadOnlyDictionary<string, string> rangeOf, IReadOnlyDictionary<string, ValueRange> ranges)
    {
        private readonly GraphBuilder _g = new(graph);
        private readonly Dictionary<string, string> _read = new(StringComparer.Ordinal);

        public Graph Write()
        {
            foreach (ValueInfo input in graph.Inputs.Where(i => rangeOf.ContainsKey(i.Name)))
            {
                RoundTrip(input.Name);
            }

            foreach (Node node in graph.Nodes)
            {
                _g.Add(products.TryGetValue(node.Name, out Product? product) ? Quantized(product) : Rewired(node));
                foreach (string output in node.Outputs.Where(rangeOf.ContainsKey))
                {
                    RoundTrip(output);
                }
            }

            foreach (ValueInfo output in graph.Outputs)
            {
                _g.Output(_g[output.Name]);
            }

            return DeadNodes.Apply(_g.Build());
        }

        private Node Rewired(Node node) => node with { Inputs = [.. node.Inputs.Select(i => _read.GetValueOrDefault(i, i))] };

        // Everybody reads the value as it is after the integers, or the node in front could not become one of integers.
        private void RoundTrip(string value)
        {
            ValueRange range = ranges[rangeOf[value]];
            Value scale = _g.Constant(Tensor.Scalar(range.Scale));
            Value zero = _g.Constant(Tensor.Scalar(range.Zero));
            using IDisposable scope = _g.Scope(value);
            Value integers = _g.Node("QuantizeLinear", [_g[value], scale, zero]);
            _read[value] = _g.Node("DequantizeLinear", [integers, scale, zero]).Name;
        }

        private Node Quantized(Product product)
        {
            Node node = product.Node;
            using IDisposable scope = _g.Scope(node.Name);
            var weights = Weights.Of(product.Weights, product.Axis);
            Value scale = Initializer("weight/scale", weights.Scale);
            Value weight = _g.Node(
                "DequantizeLinear",
                [Initializer("weight", weights.Values), scale, Initializer("weight/zero", Tensor.Zeros(DType.Int8, weights.Scale.Length))],
                Attributes.Of(("axis", (long)product.Axis)));
            string input = node.Inputs[0];
            string[] inputs = [_read[input], weight.Name];
            return node with { Inputs = product.Bias is { } bias ? [.. inputs, BiasOf(node, bias, ranges[rangeOf[input]].Scale, weights.Scale)] : [.. inputs] };
        }

        // The scale of a bias is that of the sums it is added to. One that int32 cannot hold stays in float.
        private string BiasOf(Node node, Tensor bias, float input, Tensor weights)
        {
            Tensor scale = Tensor.Zeros(DType.Float, weights.Shape);
            Tensor integers = Tensor.Zeros(DType.Int32, weights.Shape);
            for (int i = 0; i < scale.Length; i++)
            {
                scale.Span<float>()[i] = input * weights.Span<float>()[i];
                double rounded = Math.Round(bias.Span<float>()[i] / (double)scale.Span<float>()[i]);
                if (!(Math.Abs(rounded) < int.MaxValue))
                {
                    return node.Inputs[2];
                }

                integers.Span<int>()[i] = (int)rounded;
            }

            Value values = Initializer("bias", integers);
            return _g.Node("DequantizeLinear", [values, Initializer("bias/scale", scale)], Attributes.Of(("axis", 0L))).Name;
        }

        private Value Initializer(string name, Tensor tensor) => _g.Initializer(_g.NameFor(name + Suffix), tensor);
    }
}
