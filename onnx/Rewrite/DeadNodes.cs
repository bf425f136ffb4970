using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;

namespace Anneal.Onnx.Rewrite;

/// <summary>Removes nodes, optional outputs of nodes, initializers and inner types that no output needs; inputs stay.</summary>
public static class DeadNodes
{
    /// <summary>Applies the pass.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The graph without them.</returns>
    public static Graph Apply(Graph graph)
    {
        var needed = graph.Outputs.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        var kept = new Stack<Node>();
        foreach (Node node in graph.Nodes.Reverse())
        {
            if (node.Outputs.Any(needed.Contains))
            {
                kept.Push(node with { Outputs = Given(node, [.. node.Outputs.Select((o, i) => needed.Contains(o) || !IsOptional(node, i) ? o : "")]) });
                needed.UnionWith(Captures.Reads(node));
            }
        }

        var computed = kept.SelectMany(n => n.Outputs).ToHashSet(StringComparer.Ordinal);
        return graph with
        {
            Nodes = [.. kept],
            Initializers = graph.Initializers.RemoveRange(graph.Initializers.Keys.Where(i => !needed.Contains(i))),
            Values = graph.Values.RemoveRange(graph.Values.Keys.Where(v => !computed.Contains(v))),
        };
    }

    // What an op of the standard leaves out at the end has no place in its list: ONNX Runtime 1.29 loses a MaxPool of integers whose indices are an empty name.
    private static ImmutableArray<string> Given(Node node, ImmutableArray<string> outputs)
    {
        int count = outputs.Length;
        while (node.Domain.Length == 0 && count > 0 && outputs[count - 1].Length == 0)
        {
            count--;
        }

        return outputs[..count];
    }

    private static bool IsOptional(Node node, int output) =>
        OpTable.Find(node.Domain, node.OpType)?.Schema.Outputs.ElementAtOrDefault(output) is { Optional: true };
}
