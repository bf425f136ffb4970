using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Replaces nodes whose results are known ahead of running by initializers.</summary>
/// <remarks>Large results are kept only where they are no larger than what they are computed from. A node that computes an output of the graph stays.</remarks>
public static class ConstantFolding
{
    /// <summary>Applies the pass.</summary>
    /// <param name="graph">The graph, of known ops.</param>
    /// <returns>The graph with fewer nodes and more initializers.</returns>
    public static Graph Apply(Graph graph)
    {
        // A caller may replace an initializer that is an input too, so nothing computed from it is known.
        var open = graph.Initializers.Where(i => graph.Inputs.Any(v => v.Name == i.Key)).ToArray();
        Graph closed = graph with { Initializers = graph.Initializers.RemoveRange(open.Select(i => i.Key)) };
        TypeInference inference = TypeInference.Of(closed);
        var known = new Dictionary<string, Tensor>(inference.Constants, StringComparer.Ordinal);
        var outputs = graph.Outputs.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        var initializers = closed.Initializers.ToBuilder();
        var nodes = new List<Node>();
        foreach (Node node in graph.Nodes)
        {
            string[] results = [.. node.Outputs.Where(o => o.Length > 0)];
            if (results.Any(outputs.Contains) || !(results.All(known.ContainsKey) || Evaluate(node, known, inference)))
            {
                nodes.Add(node);
                continue;
            }

            foreach (string result in results)
            {
                initializers[result] = known[result];
            }
        }

        return graph with
        {
            Nodes = [.. nodes],
            Initializers = initializers.ToImmutable().AddRange(open),
            Values = graph.Values.RemoveRange(graph.Values.Keys.Where(initializers.ContainsKey)),
        };
    }

    private static bool Evaluate(Node node, Dictionary<string, Tensor> known, TypeInference inference)
    {
        string[] given = [.. node.Inputs.Where(i => i.Length > 0)];
        TensorType[] types = [.. node.Outputs.Where(o => o.Length > 0).Select(o => inference.Types[o])];
        if (!SchemaCheck.HasKernel(OpTable.Get(node), [.. node.Inputs.Select(i => i.Length > 0 ? inference.Types[i].Type : (DType?)null)]))
        {
            return false;
        }

        if (given.Length == 0 || !given.All(known.ContainsKey) || types.Any(t => t.Type == DType.String || t.Shape is not { IsStatic: true }))
        {
            return false;
        }

        if (types.Sum(t => checked(t.Shape!.Value.ElementCount!.Value * t.Type.Size())) > given.Sum(i => known[i].ByteLength))
        {
            return false;
        }

        Tensor?[] results = Evaluator.Run(node, [.. node.Inputs.Select(i => i.Length > 0 ? known[i] : null)]);
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i] is { } result)
            {
                known[node.Outputs[i]] = result;
            }
        }

        return true;
    }
}
