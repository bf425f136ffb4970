using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

/// <summary>Runs a graph node by node, each value in memory of its own: the plain oracle for compiled plans.</summary>
public static class GraphEvaluator
{
    /// <summary>Runs a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="feeds">A tensor per input.</param>
    /// <returns>Every value that was computed, by name.</returns>
    public static IReadOnlyDictionary<string, Tensor> Run(Graph graph, IReadOnlyDictionary<string, Tensor> feeds)
    {
        var values = new Dictionary<string, Tensor>(feeds, StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in graph.Initializers)
        {
            values.TryAdd(name, tensor);
        }

        foreach (Node node in graph.Nodes)
        {
            Tensor?[] outputs = Evaluator.Run(node, [.. node.Inputs.Select(i => i.Length == 0 ? null : values[i])]);
            for (int i = 0; i < outputs.Length; i++)
            {
                if (outputs[i] is { } output)
                {
                    values[node.Outputs[i]] = output;
                }
            }
        }

        return values;
    }
}
