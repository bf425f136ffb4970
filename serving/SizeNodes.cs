using Anneal.Onnx.Ir;

namespace Anneal.Serving;

/// <summary>The nodes that ONNX Runtime computes on the CPU by design, whatever the device: those of sizes, and what follows from sizes and the graph's inputs alone.</summary>
/// <remarks>A shape is known on the host, so the runtime leaves its node there, and with it each node that reads what such nodes give and beside that nothing that the device computes.</remarks>
/// <param name="Sizes">Names of nodes that give sizes, from nothing but sizes and constants.</param>
/// <param name="Drawn">Names of those and of the nodes that read inputs of the graph beside sizes: they belong to the device, but the runtime draws them to the host.</param>
internal sealed record SizeNodes(IReadOnlySet<string> Sizes, IReadOnlySet<string> Drawn)
{
    /// <summary>Finds them.</summary>
    /// <param name="graph">The graph, in execution order; types and constants are not looked at.</param>
    public static SizeNodes Of(Graph graph)
    {
        HashSet<string> computed = [.. graph.Nodes.SelectMany(n => n.Outputs)];
        HashSet<string> inputs = [.. graph.Inputs.Select(i => i.Name)];
        return new SizeNodes(
            From(graph, read => computed.Contains(read) || inputs.Contains(read)),
            From(graph, computed.Contains));
    }

    // Shapes, and what reads at least one value that follows from them, and no other that counts.
    private static HashSet<string> From(Graph graph, Func<string, bool> counts)
    {
        var follows = new HashSet<string>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes.Where(n => !n.OpType.StartsWith("Memcpy", StringComparison.Ordinal)))
        {
            string[] read = [.. node.Inputs.Where(i => i.Length > 0 && counts(i))];
            if (node.OpType is "Shape" or "Size" || (read.Length > 0 && read.All(follows.Contains)))
            {
                names.Add(node.Name);
                follows.UnionWith(node.Outputs);
            }
        }

        return names;
    }
}
