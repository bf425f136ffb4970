using Anneal.Onnx.Proto;
using Kind = Anneal.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace Anneal.Tests.Onnx.Ir.Format.Attacks;

/// <summary>Every place where the format has a tensor: its name, what an error says of it, and a model with a given tensor there.</summary>
internal static class TensorPlaces
{
    public static IReadOnlyList<(string Name, string Frame, Action<ModelProto, TensorProto> Put)> All { get; } =
    [
        ("initializer", "initializer 't'", (m, t) => m.Graph.Initializer.Add(t)),
        ("sparse values", "initializer 't'", (m, t) => m.Graph.SparseInitializer.Add(Sparse(t, Indices()))),
        ("sparse indices", "initializer 'v'", (m, t) => m.Graph.SparseInitializer.Add(Sparse(Values(), t))),
        ("attribute", "node 'relu' (Relu) → attribute 'a'", (m, t) => Attribute(m, new AttributeProto { Type = Kind.Tensor, T = t })),
        ("attribute of many", "node 'relu' (Relu) → attribute 'a'", (m, t) => Attribute(m, new AttributeProto { Type = Kind.Tensors, Tensors = { t } })),
        ("attribute of another kind", "node 'relu' (Relu) → attribute 'a'", (m, t) => Attribute(m, new AttributeProto { Type = Kind.Int, T = t })),
        ("sparse attribute", "node 'relu' (Relu) → attribute 'a'", (m, t) => Attribute(m, new AttributeProto { Type = Kind.SparseTensor, SparseTensor = Sparse(t, Indices()) })),
        ("sparse attribute of many", "node 'relu' (Relu) → attribute 'a'", (m, t) => Attribute(m, new AttributeProto { Type = Kind.SparseTensors, SparseTensors = { Sparse(t, Indices()) } })),
        ("subgraph", "node 'relu' (Relu) → attribute 'a' → initializer 't'", (m, t) => Attribute(m, new AttributeProto { Type = Kind.Graph, G = new GraphProto { Initializer = { t } } })),
        ("subgraph of many", "node 'relu' (Relu) → attribute 'a' → initializer 't'", (m, t) => Attribute(m, new AttributeProto { Type = Kind.Graphs, Graphs = { new GraphProto { Initializer = { t } } } })),
        ("function", "function 'f.F' → node 'n' (Relu) → attribute 'a'", (m, t) => Function(m).Node.Add(new NodeProto { Name = "n", OpType = "Relu", Attribute = { new AttributeProto { Name = "a", T = t } } })),
        ("function's default", "function 'f.F' → attribute 'a'", (m, t) => Function(m).AttributeProto.Add(new AttributeProto { Name = "a", T = t })),
        ("training step", "training_info 0 → initializer 't'", (m, t) => m.TrainingInfo.Add(new TrainingInfoProto { Algorithm = new GraphProto { Initializer = { t } } })),
        ("training start", "training_info 0 → initializer 't'", (m, t) => m.TrainingInfo.Add(new TrainingInfoProto { Initialization = new GraphProto { Initializer = { t } } })),
    ];

    private static void Attribute(ModelProto model, AttributeProto attribute)
    {
        attribute.Name = "a";
        model.Graph.Node[1].Attribute.Add(attribute);
    }

    private static FunctionProto Function(ModelProto model)
    {
        var function = new FunctionProto { Name = "F", Domain = "f" };
        model.Functions.Add(function);
        return function;
    }

    private static SparseTensorProto Sparse(TensorProto values, TensorProto indices) => new() { Values = values, Indices = indices, Dims = { 4 } };

    private static TensorProto Values() => new() { Name = "v", DataType = 1, Dims = { 1 }, FloatData = { 1 } };

    private static TensorProto Indices() => new() { DataType = 7, Dims = { 1 }, Int64Data = { 0 } };
}
