using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Exporter.Variants;

/// <summary>Which values of a graph pass as integers in a static quantisation: what products read and convolutions give, and what only moves, pools or adds those.</summary>
internal sealed class QuantizedValues
{
    private static readonly string[] s_moving = ["MaxPool", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze"];
    private static readonly string[] s_computing = ["AveragePool", "GlobalAveragePool"];

    private readonly OrderedDictionary<string, string> _rangeOf = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, TensorType> _types;
    private readonly Dictionary<string, Node[]> _readers;
    private readonly Graph _graph;

    /// <summary>Walks a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="products">The products that become integer products.</param>
    public QuantizedValues(Graph graph, IReadOnlyDictionary<string, Product> products)
    {
        _graph = graph;
        _types = TypeInference.Of(graph).Types;
        _readers = graph.Nodes.SelectMany(n => n.Inputs.Where(i => i.Length > 0).Distinct().Select(i => (Input: i, Node: n))).GroupBy(r => r.Input)
            .ToDictionary(g => g.Key, g => g.Select(r => r.Node).ToArray(), StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            if (products.ContainsKey(node.Name))
            {
                Mark(node.Inputs[0]);
                if (node.OpType == "Conv")
                {
                    Mark(EndOf(node.Outputs[0]));
                }
            }
            else if (node.Domain.Length == 0 && node.Outputs.Length == 1)
            {
                Pass(node);
            }
        }
    }

    /// <summary>The values, each with the one whose range it has: itself, unless it only moves another's elements.</summary>
    public IReadOnlyDictionary<string, string> RangeOf => _rangeOf;

    /// <summary>The values whose range must be known.</summary>
    public IReadOnlyList<string> Ranged => [.. _rangeOf.Values.Distinct(StringComparer.Ordinal)];

    private void Pass(Node node)
    {
        bool isOfOne = node.Inputs.Length > 0 && _rangeOf.ContainsKey(node.Inputs[0]);
        if (isOfOne && s_moving.Contains(node.OpType))
        {
            Mark(node.Outputs[0], _rangeOf[node.Inputs[0]]);
        }
        else if (isOfOne && s_computing.Contains(node.OpType))
        {
            Mark(EndOf(node.Outputs[0]));
        }
        else if (node.OpType == "Add" && node.Inputs.All(_rangeOf.ContainsKey))
        {
            Mark(EndOf(node.Outputs[0]));
        }
    }

    // A Relu alone behind a node costs nothing where its result is made an integer: the least of them is 0.
    private string EndOf(string value) =>
        _readers.GetValueOrDefault(value) is [{ Domain: "", OpType: "Relu" } relu] && _graph.Outputs.All(o => o.Name != value) ? relu.Outputs[0] : value;

    private void Mark(string value, string? range = null)
    {
        bool isWanted = _types[value].Type == DType.Float && !_graph.Initializers.ContainsKey(value) && _readers.ContainsKey(value);
        if (isWanted)
        {
            _rangeOf.TryAdd(value, range ?? value);
        }
    }
}
