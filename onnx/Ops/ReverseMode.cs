using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Ops;

/// <summary>Reverse-mode differentiation of a stretch of a graph: what the rules of its nodes give, added up from the last node to the first.</summary>
public static class ReverseMode
{
    /// <summary>Adds the nodes that carry gradients back through a stretch.</summary>
    /// <param name="graph">The graph; the gradients' nodes are appended.</param>
    /// <param name="nodes">The stretch, in the graph's order; what is computed outside it is constant.</param>
    /// <param name="seeds">The gradients of values that the stretch computes.</param>
    /// <param name="wrt">The values to differentiate with respect to.</param>
    /// <returns>A gradient per value, of its type and shape; null where none arrives.</returns>
    /// <exception cref="AnnealException">An op on the way forbids differentiation.</exception>
    public static IReadOnlyList<Value?> Run(GraphBuilder graph, IReadOnlyList<Node> nodes, IEnumerable<(Value Value, Value Gradient)> seeds, IReadOnlyList<Value> wrt)
    {
        HashSet<string> needed = Dependents(nodes, wrt);
        var gradients = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach ((Value value, Value gradient) in seeds)
        {
            Accumulate(graph, gradients, value, gradient);
        }

        for (int n = nodes.Count - 1; n >= 0; n--)
        {
            Node node = nodes[n];
            Value?[] dOutputs = [.. node.Outputs.Select(o => needed.Contains(o) ? gradients.GetValueOrDefault(o) : null)];
            if (dOutputs.All(d => d is null) || !node.Inputs.Any(needed.Contains))
            {
                continue;
            }

            Value?[] dInputs = Differentiate(graph, node, dOutputs);
            for (int i = 0; i < Math.Min(dInputs.Length, node.Inputs.Length); i++)
            {
                if (dInputs[i] is { } dInput && needed.Contains(node.Inputs[i]))
                {
                    Accumulate(graph, gradients, graph[node.Inputs[i]], dInput);
                }
            }
        }

        return [.. wrt.Select(v => gradients.GetValueOrDefault(v.Name))];
    }

    private static Value?[] Differentiate(GraphBuilder graph, Node node, Value?[] dOutputs)
    {
        using IDisposable scope = graph.Scope(node.Name, node.Origin);
        return OpTable.Get(node).Gradient switch
        {
            Gradient.RuleGradient rule => rule.Rule(new GradientScope(graph, node, dOutputs)),
            Gradient.ForbiddenGradient forbidden =>
                throw AnnealException.BadUsage($"no gradient flows through this op: {forbidden.Reason}").In(node),
            _ => [],
        };
    }

    private static void Accumulate(GraphBuilder graph, Dictionary<string, Value> gradients, Value value, Value gradient)
    {
        gradient = graph.SumTo(gradient, value);
        gradients[value.Name] = gradients.TryGetValue(value.Name, out Value? sum) ? graph.Add(sum, gradient) : gradient;
    }

    private static HashSet<string> Dependents(IReadOnlyList<Node> nodes, IReadOnlyList<Value> wrt)
    {
        var needed = new HashSet<string>(wrt.Select(v => v.Name), StringComparer.Ordinal);
        foreach (Node node in nodes)
        {
            if (node.Inputs.Any(needed.Contains) && OpTable.Get(node).Gradient != Gradient.Zero)
            {
                needed.UnionWith(node.Outputs.Where(o => o.Length > 0));
            }
        }

        return needed;
    }
}
