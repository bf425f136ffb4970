using Anneal.Onnx.Proto;

namespace Anneal.Onnx.Ir.Format;

/// <summary>Every tensor of a file, wherever the format has one: initializers, sparse ones, attributes, subgraphs, functions, training information.</summary>
internal static class TensorSites
{
    /// <summary>The tensors, in the same order for two files of one structure.</summary>
    public static IEnumerable<TensorProto> Of(ModelProto model) =>
    [
        .. Of(model.Graph),
        .. model.Functions.SelectMany(f => f.Node.SelectMany(Of).Concat(f.AttributeProto.SelectMany(Of))),
        .. model.TrainingInfo.SelectMany(t => Of(t.Initialization).Concat(Of(t.Algorithm))),
    ];

    private static IEnumerable<TensorProto> Of(GraphProto? graph) => graph is null
        ? []
        : graph.Initializer.Concat(graph.SparseInitializer.SelectMany(Of)).Concat(graph.Node.SelectMany(Of));

    private static IEnumerable<TensorProto> Of(NodeProto node) => node.Attribute.SelectMany(Of);

    private static IEnumerable<TensorProto> Of(AttributeProto attribute) => attribute.Tensors
        .Concat(attribute.T is null ? [] : [attribute.T])
        .Concat(attribute.SparseTensors.SelectMany(Of))
        .Concat(Of(attribute.SparseTensor))
        .Concat(attribute.Graphs.SelectMany(Of))
        .Concat(Of(attribute.G));

    private static IEnumerable<TensorProto> Of(SparseTensorProto? sparse) => new[] { sparse?.Values, sparse?.Indices }.OfType<TensorProto>();
}
