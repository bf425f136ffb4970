using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Rewrite;

/// <summary>Makes inner values outputs of a graph, so that a run shows them.</summary>
public static class ExposeValues
{
    /// <summary>Adds every value that a node computes to the outputs.</summary>
    /// <param name="graph">The graph, of known ops.</param>
    /// <returns>The graph with all its values as outputs, its own first.</returns>
    public static Graph All(Graph graph)
    {
        IEnumerable<string> inner = graph.Nodes.SelectMany(n => n.Outputs).Where(o => o.Length > 0 && graph.Outputs.All(g => g.Name != o));
        return graph with { Outputs = [.. graph.Outputs, .. Typed(graph, inner)] };
    }

    /// <summary>Makes some values the only outputs, and drops what they do not need.</summary>
    /// <param name="graph">The graph, of known ops.</param>
    /// <param name="values">Names of values that inputs, initializers or nodes give.</param>
    /// <returns>The graph with the values as outputs, in their order.</returns>
    public static Graph Only(Graph graph, IEnumerable<string> values)
    {
        var computed = graph.Nodes.SelectMany(n => n.Outputs).ToHashSet(StringComparer.Ordinal);
        return DeadNodes.Apply(graph with { Outputs = [.. Typed(graph, values.Distinct(StringComparer.Ordinal))] }) is var open && open.Outputs.All(o => computed.Contains(o.Name))
            ? open
            : throw new ArgumentException("only what a node computes can be shown", nameof(values));
    }

    private static IEnumerable<ValueInfo> Typed(Graph graph, IEnumerable<string> values)
    {
        IReadOnlyDictionary<string, TensorType> types = TypeInference.Of(graph).Types;
        return values.Where(types.ContainsKey).Select(v => new ValueInfo(v, types[v]));
    }
}
