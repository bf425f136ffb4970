using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Report;

/// <summary>What a model costs, node by node and layer by layer, as far as the sizes follow from the batch's.</summary>
/// <param name="Batch">The size of every dimension that is not fixed.</param>
/// <param name="Parameters">Floating-point elements of all weights, scalars not counted.</param>
/// <param name="MultiplyAdds">Multiply-adds of all products.</param>
/// <param name="ActivationBytes">Bytes of what all nodes compute, views not counted.</param>
/// <param name="Layers">The layers, in the order of their first nodes.</param>
internal sealed record LayerTable(int Batch, long Parameters, long MultiplyAdds, long ActivationBytes, IReadOnlyList<LayerTable.Cost> Layers)
{
    /// <summary>A layer: the nodes whose names share all but the last part.</summary>
    /// <param name="Name">Those parts, or the node's name where there is one part.</param>
    /// <param name="Ops">The ops, each once.</param>
    /// <param name="Output">The type of what its last node computes.</param>
    internal sealed record Cost(string Name, string Ops, string Output, long Parameters, long MultiplyAdds, long ActivationBytes);

    /// <summary>Counts a graph's costs.</summary>
    /// <param name="graph">The graph. Weights are initializers, and inputs <c>X</c> beside an output <c>X.next</c>.</param>
    /// <param name="batch">The size of every dimension that is not fixed.</param>
    /// <returns>The table, and a row for each node.</returns>
    /// <exception cref="AnnealException">A node does not fit its op at this size.</exception>
    public static (LayerTable Table, IReadOnlyList<Cost> Nodes) Of(Graph graph, int batch)
    {
        Dictionary<string, TensorType> inputs = graph.Inputs.Where(i => i.Type.Shape is not null).ToDictionary(
            i => i.Name,
            i => TensorType.Of(i.Type.Type, [.. i.Type.Shape!.Value.Dims.Select(d => d.IsKnown ? d : Dim.Of(batch))]),
            StringComparer.Ordinal);
        IReadOnlyDictionary<string, TensorType> types = TypeInference.Of(graph, inputs).Types;
        Dictionary<string, long> weights = Weights(graph);
        var nodes = new List<Cost>();
        foreach (Node node in graph.Nodes)
        {
            long parameters = 0;
            foreach (string input in node.Inputs)
            {
                if (weights.Remove(input, out long length))
                {
                    parameters += length;
                }
            }

            bool isStored = !OpTable.Get(node).IsView && node.OpType != "Constant";
            TensorType[] outputs = [.. node.Outputs.Where(o => o.Length > 0).Select(o => types[o])];
            nodes.Add(new Cost(node.Name, node.OpType, string.Join(' ', outputs.Select(o => o.ToString())), parameters, Products(node, types), isStored ? outputs.Sum(Bytes) : 0));
        }

        Cost[] layers = [.. nodes.GroupBy(n => Layer(n.Name)).Select(g => Sum(g.Key, [.. g]))];
        Cost all = Sum("", nodes);
        return (new LayerTable(batch, all.Parameters, all.MultiplyAdds, all.ActivationBytes, layers), nodes);
    }

    private static string Layer(string node) => node.LastIndexOf('/') is > 0 and var end ? node[..end] : node;

    private static Cost Sum(string name, IReadOnlyList<Cost> nodes) => new(
        name,
        string.Join(' ', nodes.Select(n => n.Ops).Distinct()),
        nodes.Count == 0 ? "" : nodes[^1].Output,
        nodes.Sum(n => n.Parameters),
        nodes.Sum(n => n.MultiplyAdds),
        nodes.Sum(n => n.ActivationBytes));

    // Scalars are numbers of formulas. An optimizer's state is named after its weight, which is state itself.
    private static Dictionary<string, long> Weights(Graph graph)
    {
        Dictionary<string, long> weights = graph.Initializers.Where(i => i.Value.Type.IsFloating() && i.Value.Rank > 0).ToDictionary(i => i.Key, i => (long)i.Value.Length, StringComparer.Ordinal);
        HashSet<string> outputs = [.. graph.Outputs.Select(o => o.Name)];
        ValueInfo[] states = [.. graph.Inputs.Where(i => outputs.Contains(i.Name + TrainingGraphs.NextSuffix))];
        HashSet<string> names = [.. states.Select(s => s.Name)];
        foreach (ValueInfo state in states.Where(s => s.Type.Type.IsFloating() && s.Type.Shape is { IsStatic: true } && !names.Contains(Parent(s.Name))))
        {
            weights[state.Name] = Elements(state.Type.Shape!.Value);
        }

        return weights;
    }

    private static string Parent(string name) => name.LastIndexOf('.') is > 0 and var end ? name[..end] : "";

    private static long Products(Node node, IReadOnlyDictionary<string, TensorType> types)
    {
        TensorShape?[] shapes = [.. node.Inputs.Append(node.Outputs.FirstOrDefault("")).Select(v => v.Length == 0 ? TensorShape.Of() : types[v].Shape)];
        return shapes.All(s => s is { IsStatic: true }) ? Report.MultiplyAdds.Of(node.OpType, [.. shapes[..^1].Select(s => s!.Value.ToSizes())], shapes[^1]!.Value.ToSizes()) ?? 0 : 0;
    }

    private static long Bytes(TensorType type) =>
        type is { Shape: { IsStatic: true } shape, Type: not DType.String } ? checked(Elements(shape) * type.Type.Size()) : 0;

    private static long Elements(TensorShape shape) => shape.ToSizes().Aggregate(1L, (product, size) => checked(product * size));
}
