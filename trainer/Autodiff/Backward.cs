using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Autodiff;

/// <summary>Reverse-mode differentiation: adds the gradient of a scalar to the graph that computes it.</summary>
public static class Backward
{
    /// <summary>Adds the nodes that compute ∂loss/∂v for each value v.</summary>
    /// <param name="graph">The graph so far; the gradient's nodes are appended under the scope <c>grad</c>.</param>
    /// <param name="loss">A scalar of a floating type.</param>
    /// <param name="wrt">The values to differentiate with respect to.</param>
    /// <returns>A gradient per value, of its type and shape; zeros where the loss does not depend on it.</returns>
    /// <exception cref="AnnealException">The loss is no scalar, or an op on the way forbids differentiation.</exception>
    public static IReadOnlyList<Value> Run(GraphBuilder graph, Value loss, IReadOnlyList<Value> wrt)
    {
        if (loss.Rank != 0 || !loss.Type.Type.IsFloating())
        {
            throw AnnealException.BadUsage($"the loss '{loss.Name}' is {loss.Type}, expected a floating scalar");
        }

        Node[] nodes = [.. graph.Nodes];
        HashSet<string> needed = Dependents(nodes, wrt);
        var gradients = new Dictionary<string, Value>(StringComparer.Ordinal) { [loss.Name] = graph.Scalar(1, loss.Type.Type) };
        using IDisposable scope = graph.Scope("grad");
        for (int n = nodes.Length - 1; n >= 0; n--)
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

        return [.. wrt.Select(v => gradients.GetValueOrDefault(v.Name) ?? graph.ExpandLike(graph.Scalar(0, v.Type.Type), v))];
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

    private static HashSet<string> Dependents(Node[] nodes, IReadOnlyList<Value> wrt)
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
