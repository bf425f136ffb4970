using System.Collections.Immutable;
using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Autodiff;

/// <summary>Puts the nodes that <see cref="Backward"/> adds in the place of those of ONNX's op Gradient.</summary>
/// <remarks>
/// A node names the values <c>xs</c>, and <c>zs</c> that are held fixed, and its inputs are what stands for them: <c>y</c> is computed again from these, and its elements'
/// sum is differentiated by each of xs.
/// </remarks>
/// <seealso href="https://github.com/onnx/onnx/blob/main/docs/Operators.md#aionnxpreviewtraininggradient">ONNX operators, Gradient</seealso>
public static class GradientNodes
{
    /// <summary>Expands all nodes.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph of standard ops that computes the same outputs.</returns>
    /// <exception cref="AnnealException">A node names a value that is not there, its inputs are not one for each name, or an op on the way is not differentiated.</exception>
    public static Graph Expand(Graph graph)
    {
        if (!graph.Nodes.Any(IsGradient))
        {
            return graph;
        }

        var builder = new GraphBuilder(graph);
        foreach (Node node in graph.Nodes)
        {
            if (IsGradient(node))
            {
                Expand(builder, node);
            }
            else
            {
                builder.Add(node);
            }
        }

        return builder.Build() with { Inputs = graph.Inputs, Outputs = graph.Outputs };
    }

    private static bool IsGradient(Node node) => node is { Domain: "ai.onnx.preview.training", OpType: "Gradient" };

    private static void Expand(GraphBuilder g, Node node)
    {
        ImmutableArray<string> xs = node.Attributes.Strings("xs") ?? [];
        ImmutableArray<string> names = xs.AddRange(node.Attributes.Strings("zs") ?? []);
        string y = node.Attributes.String("y", "");
        if (names.Append(y).FirstOrDefault(n => g.Find(n) is null) is { } missing)
        {
            throw AnnealException.BadData($"it names value '{missing}', which is not computed before it").In(node);
        }

        if (xs.Length == 0 || node.Inputs.Length != names.Length || node.Outputs.Length > xs.Length || node.Inputs.Contains(""))
        {
            throw AnnealException.BadData(
                $"{node.Inputs.Length} inputs and {node.Outputs.Length} outputs, expected an input for each of {names.Length} names in xs and zs, and an output for each in xs").In(node);
        }

        using IDisposable scope = g.Scope(node.Name, node.Origin);
        var map = new Dictionary<string, Value>(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            map[names[i]] = g.Node("Identity", [g[node.Inputs[i]]]);
        }

        Value[] leaves = [.. xs.Select(x => map[x])];
        Value result = Again(g, y, map);
        Value loss = result.Rank == 0 ? result : g.ReduceSum(result, keepDims: false);
        IReadOnlyList<Value> gradients = Backward.Run(g, loss, leaves);
        for (int i = 0; i < node.Outputs.Length; i++)
        {
            if (node.HasOutput(i))
            {
                g.Node("Identity", [gradients[i]], output: node.Outputs[i]);
            }
        }
    }

    /// <summary>The value of a name, computed from others in the place of those that the map names.</summary>
    private static Value Again(GraphBuilder g, string y, Dictionary<string, Value> map)
    {
        var changed = map.Keys.ToHashSet(StringComparer.Ordinal);
        var nodes = ImmutableArray.CreateBuilder<Node>();
        foreach (Node node in g.Nodes)
        {
            Node part = node with { Outputs = [.. node.Outputs.Select(o => map.ContainsKey(o) ? "" : o)] };
            if (node.Inputs.Any(changed.Contains) && part.Outputs.Any(o => o.Length > 0))
            {
                nodes.Add(part);
                changed.UnionWith(part.Outputs);
                changed.Remove("");
            }
        }

        if (!changed.Contains(y) || map.ContainsKey(y))
        {
            return map.GetValueOrDefault(y) ?? g[y];
        }

        var computed = nodes.SelectMany(n => n.Outputs).ToHashSet(StringComparer.Ordinal);
        foreach (string input in nodes.SelectMany(n => n.Inputs).Where(i => i.Length > 0 && !computed.Contains(i)))
        {
            map.TryAdd(input, g[input]);
        }

        var again = new Graph("y", [], [new ValueInfo(y, g[y].Type)], Graph.NoInitializers, nodes.ToImmutable(), Graph.NoValues);
        return g.Splice(again, map)[y];
    }
}
