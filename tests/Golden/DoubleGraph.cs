using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Golden;

/// <summary>A graph with float64 in place of float32, in which no input of Relu falls on the other side of zero.</summary>
internal static class DoubleGraph
{
    /// <summary>The model with every float type, constant and Cast made double; attributes stay, being float in the format.</summary>
    public static Model Of(Model model)
    {
        Graph graph = model.Graph;
        return model with
        {
            Graph = graph with
            {
                Inputs = [.. graph.Inputs.Select(Wide)],
                Outputs = [.. graph.Outputs.Select(Wide)],
                Initializers = graph.Initializers.SetItems(graph.Initializers.Select(i => KeyValuePair.Create(i.Key, Of(i.Value)))),
                Nodes = [.. graph.Nodes.Select(n => n with { Attributes = Wide(n) })],
                Values = Graph.NoValues,
            },
        };
    }

    /// <summary>A float tensor in double; any other as it is.</summary>
    public static Tensor Of(Tensor tensor) => tensor.Type == DType.Float ? Tensor.Of<double>(tensor.Shape, Cases.Compare.Doubles(tensor)) : tensor;

    private static ValueInfo Wide(ValueInfo value) => value with { Type = Wide(value.Type) };

    private static TensorType Wide(TensorType type) => type.Type == DType.Float ? type with { Type = DType.Double } : type;

    private static Attributes Wide(Node node)
    {
        Attributes attributes = node.Attributes;
        foreach ((string name, AttributeValue value) in node.Attributes)
        {
            attributes = value switch
            {
                AttributeValue.TensorValue t => attributes.With(name, Of(t.Value)),
                AttributeValue.Int { Value: (long)DType.Float } when node is { Domain: "", OpType: "Cast" } && name == "to" => attributes.With(name, (long)DType.Double),
                _ => attributes,
            };
        }

        return attributes;
    }
}
