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
            Tensor?[] inputs = [.. node.Inputs.Select(i => i.Length == 0 ? null : values[i])];
            Tensor?[] outputs = node.OpType == "Scan" ? Scan(node, inputs!, values) : Evaluator.Run(node, inputs);
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
    private static Tensor[] Scan(Node node, Tensor[] inputs, Dictionary<string, Tensor> outer)
    {
        Graph body = ((AttributeValue.GraphValue)node.Attributes.Find("body")!).Value;
        int sequences = (int)node.Attributes.Int("num_scan_inputs", 0);
        Tensor[] states = inputs[..^sequences];
        var stacked = new List<Tensor>[body.Outputs.Length - states.Length];
        for (int step = 0; step < inputs[^1].Shape[0]; step++)
        {
            var feeds = new Dictionary<string, Tensor>(outer, StringComparer.Ordinal);
            for (int i = 0; i < inputs.Length; i++)
            {
                feeds[body.Inputs[i].Name] = i < states.Length ? states[i] : Take(inputs[i], step);
            }

            IReadOnlyDictionary<string, Tensor> values = Run(body, feeds);
            Tensor[] outputs = [.. body.Outputs.Select(o => values[o.Name])];
            states = outputs[..states.Length];
            for (int i = 0; i < stacked.Length; i++)
            {
                (stacked[i] ??= []).Add(outputs[states.Length + i]);
            }
        }

        return [.. states, .. stacked.Select(Stack)];
    }

    private static Tensor Take(Tensor tensor, int index) => Evaluator.Run(
        new Node("take", "", "Gather", ["x", "i"], ["y"], Attributes.None, Origin.None), [tensor, Tensor.Scalar((long)index)])[0]!;

    private static Tensor Stack(List<Tensor> parts)
    {
        string[] names = [.. parts.Select((_, i) => $"x{i}")];
        Tensor joined = Evaluator.Run(
            new Node("stack", "", "Concat", [.. names], ["y"], Attributes.Of(("axis", 0L)), Origin.None), [.. parts])[0]!;
        Tensor result = Tensor.Zeros(joined.Type, [parts.Count, .. parts[0].Shape]);
        joined.Bytes.CopyTo(result.Bytes);
        return result;
    }
}
