using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Exporter.Variants;

/// <summary>
/// Writes a graph in float16 from its first product with constant weights on. What a small range or few digits would spoil stays in float: everything before that product, as
/// raw numbers may be large; Softmax, Sigmoid, norms, reductions, Exp, Log and all else that is not in the list of ops that multiply, add, compare, pool or move. Inputs and
/// outputs stay as they are.
/// </summary>
public static class HalfPrecision
{
    private const float LargestHalf = 65504;

    private static readonly HashSet<string> s_products = ["Conv", "ConvTranspose", "Gemm", "MatMul"];

    private static readonly HashSet<string> s_half =
    [
        "Abs", "Add", "AveragePool", "Clip", "Concat", "DepthToSpace", "Expand", "Flatten", "Gather", "Identity", "LeakyRelu", "Max", "MaxPool", "Min", "Mul", "Neg", "PRelu",
        "Pad", "Relu", "Reshape", "Slice", "SpaceToDepth", "Split", "Squeeze", "Sub", "Tanh", "Tile", "Transpose", "Unsqueeze", "Where",
    ];

    /// <summary>Rewrites a graph.</summary>
    /// <param name="graph">The float graph.</param>
    /// <param name="kept">Names of nodes that stay in float.</param>
    /// <returns>The graph, with the same inputs and outputs.</returns>
    public static Graph Apply(Graph graph, IReadOnlySet<string> kept) => new Writer(graph, kept).Write();

    private sealed class Writer(Graph graph, IReadOnlySet<string> kept)
    {
        private readonly GraphBuilder _g = new(graph);
        private readonly Dictionary<string, Value> _half = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Value> _float = new(StringComparer.Ordinal);
        private readonly HashSet<string> _outputs = [.. graph.Outputs.Select(o => o.Name)];

        // The values that are half and have no float of their own.
        private readonly HashSet<string> _halved = new(StringComparer.Ordinal);

        public Graph Write()
        {
            IReadOnlyDictionary<string, TensorType> types = TypeInference.Of(graph).Types;
            foreach (Node node in graph.Nodes)
            {
                if (!IsHalf(node, types))
                {
                    _g.Add(node with { Inputs = [.. node.Inputs.Select(i => _halved.Contains(i) ? AsFloat(i).Name : i)] });
                    continue;
                }

                _g.Add(node with
                {
                    Inputs = [.. node.Inputs.Select(i => i.Length > 0 && types[i].Type == DType.Float ? AsHalf(i).Name : i)],
                    Outputs = [.. node.Outputs.Select(o => o.Length > 0 && types[o].Type == DType.Float && _outputs.Contains(o) ? o + "/float16" : o)],
                });
                foreach (string output in node.Outputs.Where(o => o.Length > 0 && types[o].Type == DType.Float))
                {
                    if (_outputs.Contains(output))
                    {
                        _half[output] = _g[output + "/float16"];
                        Cast(_half[output], DType.Float, output);
                    }
                    else
                    {
                        _half[output] = _g[output];
                        _halved.Add(output);
                    }
                }
            }

            foreach (ValueInfo output in graph.Outputs)
            {
                _g.Output(_g[output.Name]);
            }

            return DeadNodes.Apply(_g.Build());
        }

        private bool IsHalf(Node node, IReadOnlyDictionary<string, TensorType> types)
        {
            string[] floats = [.. node.Inputs.Where(i => i.Length > 0 && types[i].Type == DType.Float)];
            if (node.Domain.Length > 0 || kept.Contains(node.Name) || floats.Length == 0 || floats.Any(i => graph.Initializers.TryGetValue(i, out Tensor? t) && !Holds(t)))
            {
                return false;
            }

            // An op that multiplies by constant weights begins the half part; the others go on in what their inputs are.
            return s_products.Contains(node.OpType)
                ? node.Inputs.Skip(1).Any(graph.Initializers.ContainsKey) || floats.All(_half.ContainsKey)
                : s_half.Contains(node.OpType) && floats.Any(_halved.Contains) && floats.All(i => _halved.Contains(i) || graph.Initializers.ContainsKey(i));
        }

        private static bool Holds(Tensor tensor)
        {
            foreach (float value in tensor.Span<float>())
            {
                if (!(Math.Abs(value) <= LargestHalf))
                {
                    return false;
                }
            }

            return true;
        }

        private Value AsHalf(string value)
        {
            if (!_half.TryGetValue(value, out Value? half))
            {
                half = graph.Initializers.TryGetValue(value, out Tensor? tensor)
                    ? _g.Initializer(value + "/float16", Tensor.Of<Half>(tensor.Shape, [.. tensor.Span<float>().ToArray().Select(v => (Half)v)]))
                    : Cast(_g[value], DType.Float16, value + "/float16");
                _half.Add(value, half);
            }

            return half;
        }

        private Value AsFloat(string value)
        {
            if (!_float.TryGetValue(value, out Value? single))
            {
                single = Cast(_half[value], DType.Float, value + "/float");
                _float.Add(value, single);
            }

            return single;
        }

        private Value Cast(Value value, DType type, string name) => _g.Node("Cast", [value], Attributes.Of(("to", (long)type)), output: name);
    }
}
