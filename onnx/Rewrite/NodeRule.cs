using System.Collections.Immutable;
using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Rewrite;

/// <summary>Rewrites a graph node by node.</summary>
internal static class NodeRule
{
    /// <summary>Puts the nodes that a rule gives in a node's place, and takes the nodes out that they make needless.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="rule">The nodes in a node's place and those that go; null where it stays.</param>
    /// <returns>The graph after all replacements.</returns>
    public static Graph Apply(Graph graph, Func<Node, (Node[] Nodes, Node[] Gone)?> rule)
    {
        var replaced = new Dictionary<string, Node[]>(StringComparer.Ordinal);
        HashSet<string> gone = new(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            if (rule(node) is var (nodes, old))
            {
                replaced.Add(node.Name, nodes);
                gone.UnionWith(old.Select(n => n.Name));
            }
        }

        ImmutableArray<Node> all = [.. graph.Nodes.Where(n => !gone.Contains(n.Name)).SelectMany(n => replaced.GetValueOrDefault(n.Name) ?? [n])];
        return graph with { Nodes = all };
    }
}
