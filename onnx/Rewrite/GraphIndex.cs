using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Who computes and who reads each value of a graph: what a rewrite matches on.</summary>
internal sealed class GraphIndex
{
    private readonly Dictionary<string, Node> _producers;
    private readonly Dictionary<string, int> _readers = new(StringComparer.Ordinal);
    private readonly Graph _graph;

    public GraphIndex(Graph graph)
    {
        _graph = graph;
        _producers = graph.Nodes.SelectMany(n => n.Outputs.Where(o => o.Length > 0).Select(o => (o, n)))
            .ToDictionary(p => p.o, p => p.n, StringComparer.Ordinal);
        foreach (string value in graph.Nodes.SelectMany(n => n.Inputs).Concat(graph.Outputs.Select(o => o.Name)))
        {
            _readers[value] = _readers.GetValueOrDefault(value) + 1;
        }
    }

    /// <summary>The standard node of an op that computes a value read exactly once, or null.</summary>
    public Node? OnlyFor(string value, string op) =>
        _readers.GetValueOrDefault(value) == 1 && Producer(value) is { Domain: "" } node && node.OpType == op ? node : null;

    /// <summary>How many times a value is read, as an input or an output of the graph.</summary>
    public int Readers(string value) => _readers.GetValueOrDefault(value);

    /// <summary>The node that computes a value, or null.</summary>
    public Node? Producer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>Whether a value is a floating constant whose elements are all zero.</summary>
    public bool IsZero(string value) => _graph.Initializers.GetValueOrDefault(value) is { } tensor && tensor.Type.IsFloating()
        && !tensor.Bytes.ContainsAnyExcept((byte)0);
}
