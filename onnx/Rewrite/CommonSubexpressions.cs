using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Rewrite;

/// <summary>Lets nodes that compute the same be one node.</summary>
/// <remarks>Ops that draw random numbers stay apart, as do nodes that compute an output of the graph.</remarks>
public static class CommonSubexpressions
{
    /// <summary>Applies the pass.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The graph with fewer nodes.</returns>
    public static Graph Apply(Graph graph)
    {
        var outputs = graph.Outputs.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        var first = new Dictionary<string, Node>(StringComparer.Ordinal);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var nodes = new List<Node>();
        foreach (Node original in graph.Nodes)
        {
            Node node = Captures.Rename(original, names);
            if (IsRandom(node) || first.TryAdd(Key(node), node) || node.Outputs.Any(outputs.Contains))
            {
                nodes.Add(node);
                continue;
            }

            Node same = first[Key(node)];
            for (int i = 0; i < node.Outputs.Length; i++)
            {
                if (node.HasOutput(i))
                {
                    names[node.Outputs[i]] = same.Outputs[i];
                }
            }
        }

        return graph with { Nodes = [.. nodes], Values = graph.Values.RemoveRange(names.Keys) };
    }

    private static bool IsRandom(Node node) => node.Domain.Length == 0
        && node.OpType is "Dropout" or "Bernoulli" or "Multinomial" or "RandomNormal" or "RandomNormalLike" or "RandomUniform" or "RandomUniformLike";

    private static string Key(Node node) => string.Join(
        '\0',
        [
            node.Domain,
            node.OpType,
            string.Join('\0', node.Attributes.Select(a => $"{a.Key}={GraphPrinter.Print(a.Value)}")),
            string.Concat(node.Outputs.Select(o => o.Length > 0 ? '1' : '0')),
            .. node.Inputs,
        ]);
}
