using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Puts float64 in the place of float32: in inputs, outputs, constants and casts. Attributes that are numbers stay, being float in the format.</summary>
public static class DoublePrecision
{
    /// <summary>Applies the pass to a model's graph.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The model in double precision.</returns>
    public static Model Apply(Model model) => model with { Graph = Apply(model.Graph) };

    /// <summary>Applies the pass.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The graph in double precision.</returns>
    public static Graph Apply(Graph graph) => graph with
    {
        Inputs = [.. graph.Inputs.Select(Wide)],
        Outputs = [.. graph.Outputs.Select(Wide)],
        Initializers = graph.Initializers.SetItems(graph.Initializers.Select(i => KeyValuePair.Create(i.Key, Of(i.Value)))),
        Nodes = [.. graph.Nodes.Select(n => n with { Attributes = Wide(n) })],
        Values = Graph.NoValues,
    };

    /// <summary>A float tensor in double; any other as it is.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <returns>A copy, or the tensor itself.</returns>
    public static Tensor Of(Tensor tensor)
    {
        if (tensor.Type != DType.Float)
        {
            return tensor;
        }

        Tensor wide = Tensor.Zeros(DType.Double, tensor.Shape);
        System.Numerics.Tensors.TensorPrimitives.ConvertTruncating<float, double>(tensor.Span<float>(), wide.Span<double>());
        return wide;
    }

    private static ValueInfo Wide(ValueInfo value) => value.Type.Type == DType.Float ? value with { Type = value.Type with { Type = DType.Double } } : value;

    private static Attributes Wide(Node node)
    {
        Attributes attributes = node.Attributes;
        foreach ((string name, AttributeValue value) in node.Attributes)
        {
            attributes = value switch
            {
                AttributeValue.TensorValue t => attributes.With(name, Of(t.Value)),
                AttributeValue.GraphValue g => attributes.With(name, new AttributeValue.GraphValue(Apply(g.Value))),
                AttributeValue.Int { Value: (long)DType.Float } when node is { Domain: "", OpType: "Cast" } && name == "to" => attributes.With(name, (long)DType.Double),
                _ => attributes,
            };
        }

        return attributes;
    }
}
