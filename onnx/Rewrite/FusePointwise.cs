using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Joins nodes that work element by element on tensors of one shape into one pass over memory.</summary>
/// <remarks>
/// A node takes in those before it whose results only it and what it took in already read. Sizes must be known: what fits the first cache gains nothing,
/// and a value smaller than the result, such as a row that is broadcast, is computed once outside.
/// </remarks>
public static class FusePointwise
{
    private const long CacheBytes = 32 * 1024;
    private const int MaxSteps = 48;

    /// <summary>Applies the rewrite.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same outputs.</returns>
    public static Graph Apply(Graph graph)
    {
        TypeInference inference = TypeInference.Of(graph);
        var index = new GraphIndex(graph);
        HashSet<string> captured = [.. graph.Nodes.SelectMany(Captures.Subgraphs).SelectMany(Captures.Free)];
        HashSet<string> gone = new(StringComparer.Ordinal);
        var fused = new Dictionary<string, Node>(StringComparer.Ordinal);
        for (int i = graph.Nodes.Length - 1; i >= 0; i--)
        {
            Node root = graph.Nodes[i];
            if (gone.Contains(root.Name) || !IsPointwise(root) || inference.Types[root.Outputs[0]].Shape!.Value.ElementCount is not { } count
                || count * inference.Types[root.Outputs[0]].Type.Size() <= CacheBytes)
            {
                continue;
            }

            ImmutableArray<Node> region = Region(root, i);
            if (region.Length > 1)
            {
                gone.UnionWith(region.Select(n => n.Name));
                fused.Add(root.Name, Pointwise.Of(region, Reads(region)));
            }
        }

        return graph with { Nodes = [.. graph.Nodes.Where(n => fused.ContainsKey(n.Name) || !gone.Contains(n.Name)).Select(n => fused.GetValueOrDefault(n.Name, n))] };

        bool IsPointwise(Node node) => OpTable.Get(node).IsElementwise && node.Outputs.Length == 1 && !Captures.Subgraphs(node).Any()
            && node.Inputs.Append(node.Outputs[0]).Where(v => v.Length > 0).All(v => inference.Types[v].Shape is { IsStatic: true } && inference.Types[v].Type != DType.String)
            && !inference.Constants.ContainsKey(node.Outputs[0]);

        ImmutableArray<Node> Region(Node root, int at)
        {
            TensorShape shape = inference.Types[root.Outputs[0]].Shape!.Value;
            ImmutableArray<Node> region = [root];
            var reads = Count(root);
            for (int i = at - 1; i >= 0 && region.Length < MaxSteps; i--)
            {
                Node node = graph.Nodes[i];
                if (node.Outputs.Length == 1 && reads.TryGetValue(node.Outputs[0], out int inside) && inside == index.Readers(node.Outputs[0])
                    && !captured.Contains(node.Outputs[0]) && !gone.Contains(node.Name) && IsPointwise(node)
                    && inference.Types[node.Outputs[0]].Shape!.Value == shape && Reads(region.Insert(0, node)).Length <= Pointwise.MaxInputs)
                {
                    region = region.Insert(0, node);
                    foreach ((string value, int times) in Count(node))
                    {
                        reads[value] = reads.GetValueOrDefault(value) + times;
                    }
                }
            }

            return region;
        }
    }

    private static Dictionary<string, int> Count(Node node) =>
        node.Inputs.Where(i => i.Length > 0).GroupBy(i => i, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);

    private static ImmutableArray<string> Reads(ImmutableArray<Node> region)
    {
        HashSet<string> own = [.. region.Select(n => n.Outputs[0])];
        return [.. region.SelectMany(n => n.Inputs).Where(i => i.Length > 0 && !own.Contains(i)).Distinct()];
    }
}
