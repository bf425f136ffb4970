using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Rewrite;

/// <summary>Lets a node whose result an Identity only names an output of the graph compute that output itself: a runtime would copy it.</summary>
public static class NameOutputs
{
    /// <summary>Applies the pass.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The graph with fewer Identity nodes; one that names an input, a constant or another output stays.</returns>
    public static Graph Apply(Graph graph)
    {
        HashSet<string> outputs = [.. graph.Outputs.Select(o => o.Name)];
        HashSet<string> computed = [.. graph.Nodes.SelectMany(n => n.Outputs)];
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var dropped = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        foreach (Node node in graph.Nodes.Where(n => n is { Domain: "", OpType: "Identity" } && outputs.Contains(n.Outputs[0])))
        {
            if (computed.Contains(node.Inputs[0]) && !outputs.Contains(node.Inputs[0]) && names.TryAdd(node.Inputs[0], node.Outputs[0]))
            {
                dropped.Add(node);
            }
        }

        return graph with
        {
            Nodes =
            [
                .. graph.Nodes.Where(n => !dropped.Contains(n))
                    .Select(n => Captures.Rename(n, names) with { Outputs = [.. n.Outputs.Select(o => names.GetValueOrDefault(o, o))] }),
            ],
            Values = graph.Values.RemoveRange(names.Keys),
        };
    }
}
