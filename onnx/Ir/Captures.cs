namespace Anneal.Onnx.Ir;

/// <summary>What nodes read: their inputs, and what their subgraphs take from the graphs around them.</summary>
internal static class Captures
{
    /// <summary>The names of the values that a node needs from its graph.</summary>
    public static IEnumerable<string> Reads(Node node) =>
        node.Inputs.Where(i => i.Length > 0).Concat(Subgraphs(node).SelectMany(Free)).Distinct(StringComparer.Ordinal);

    /// <summary>The subgraphs among a node's attributes.</summary>
    public static IEnumerable<Graph> Subgraphs(Node node) =>
        node.Attributes.Select(a => a.Value).OfType<AttributeValue.GraphValue>().Select(v => v.Value);

    /// <summary>A node and those inside its subgraphs.</summary>
    public static IEnumerable<Node> WithNested(Node node) => Subgraphs(node).SelectMany(g => g.Nodes).SelectMany(WithNested).Prepend(node);

    /// <summary>The names that a graph reads and does not define.</summary>
    public static IEnumerable<string> Free(Graph graph)
    {
        var own = graph.Inputs.Select(i => i.Name)
            .Concat(graph.Initializers.Keys)
            .Concat(graph.Nodes.SelectMany(n => n.Outputs))
            .ToHashSet(StringComparer.Ordinal);
        return graph.Nodes.SelectMany(Reads).Concat(graph.Outputs.Select(o => o.Name)).Where(name => !own.Contains(name));
    }

    /// <summary>A node that reads other values in place of some.</summary>
    /// <param name="node">The node.</param>
    /// <param name="names">The new name of each value that has one; an empty one leaves the input out.</param>
    public static Node Rename(Node node, IReadOnlyDictionary<string, string> names)
    {
        Attributes attributes = node.Attributes;
        foreach ((string name, AttributeValue value) in node.Attributes)
        {
            if (value is AttributeValue.GraphValue graph)
            {
                attributes = attributes.With(name, new AttributeValue.GraphValue(Rename(graph.Value, names)));
            }
        }

        return node with { Inputs = [.. node.Inputs.Select(i => names.GetValueOrDefault(i, i))], Attributes = attributes };
    }

    private static Graph Rename(Graph graph, IReadOnlyDictionary<string, string> names)
    {
        var free = Free(graph).ToHashSet(StringComparer.Ordinal);
        var visible = names.Where(n => free.Contains(n.Key)).ToDictionary(StringComparer.Ordinal);
        return graph with
        {
            Nodes = [.. graph.Nodes.Select(n => Rename(n, visible))],
            Outputs = [.. graph.Outputs.Select(o => o with { Name = visible.GetValueOrDefault(o.Name, o.Name) })],
        };
    }
}
