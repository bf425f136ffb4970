using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;

namespace Anneal.Onnx.Rewrite;

/// <summary>Collapses chains of Reshape, Flatten, Squeeze and Unsqueeze into one Reshape, and drops those, and each Identity, that change nothing.</summary>
/// <remarks>A node that computes an output of the graph stays.</remarks>
public static class EliminateReshapes
{
    /// <summary>Applies the rewrite.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same outputs; what nobody reads any more is left to <see cref="DeadNodes"/>.</returns>
    public static Graph Apply(Graph graph)
    {
        TypeInference inference = TypeInference.Of(graph);
        var outputs = graph.Outputs.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var roots = new Dictionary<string, string>(StringComparer.Ordinal);
        var initializers = graph.Initializers.ToBuilder();
        var nodes = new List<Node>();
        foreach (Node original in graph.Nodes)
        {
            Node node = Captures.Rename(original, names);
            if (!OpTable.Get(node).IsView || node.Outputs.Length != 1)
            {
                nodes.Add(node);
                continue;
            }

            string output = node.Outputs[0];
            string root = roots.GetValueOrDefault(node.Inputs[0], node.Inputs[0]);
            TensorType type = inference.Types[output];
            string? same = new[] { node.Inputs[0], root }.FirstOrDefault(v => node.OpType == "Identity" && v == node.Inputs[0] || ReshapeTo.IsSame(inference.Types[v], type));
            if (same is not null && !outputs.Contains(output))
            {
                names.Add(output, same);
                continue;
            }

            roots.Add(output, root);
            bool isChain = root != node.Inputs[0] && same is null;
            if (isChain && ReshapeTo.Of(node, root, type.Shape) is var (reshape, name, shape) && initializers.TryAdd(name, shape))
            {
                node = reshape;
            }

            nodes.Add(node);
        }

        return graph with { Nodes = [.. nodes], Initializers = initializers.ToImmutable(), Values = graph.Values.RemoveRange(names.Keys) };
    }
}
