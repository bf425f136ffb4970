using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Onnx;

/// <summary>Graphs written down node by node, unchecked.</summary>
internal static class SmallGraph
{
    public static Node Node(string name, string op, string[] inputs, string[] outputs, Attributes? attributes = null, string domain = "") =>
        new(name, domain, op, [.. inputs], [.. outputs], attributes ?? Attributes.None, Origin.None);

    public static Graph Of(params Node[] nodes) => new(
        "g",
        [new ValueInfo("x", TensorType.Of(DType.Float, Dim.Of("N"), 2))],
        [new ValueInfo("y", TensorType.Of(DType.Float, Dim.Of("N"), 2))],
        Graph.NoInitializers.Add("w", Tensor.Of<float>([1, 2], [1, -2])),
        [.. nodes],
        Graph.NoValues);

    /// <summary>y = relu(x + w)</summary>
    public static Graph AddRelu() => Of(Node("add", "Add", ["x", "w"], ["h"]), Node("relu", "Relu", ["h"], ["y"]));

    /// <summary>A training step: w2 = relu(w), which reads the initializer of the graph around it.</summary>
    public static Graph Step(TensorType? type = null) => new(
        "step",
        [],
        [new ValueInfo("w2", type ?? TensorType.Of(DType.Float, 1, 2))],
        Graph.NoInitializers,
        [Node("s", "Relu", ["w"], ["w2"])],
        Graph.NoValues);

    public static ImmutableSortedDictionary<string, long> Opsets(params (string Domain, long Version)[] opsets) =>
        ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal)
            .AddRange(opsets.Select(o => KeyValuePair.Create(o.Domain, o.Version)));

    public static ImmutableSortedDictionary<string, string> Entries(params (string Key, string Value)[] entries) =>
        Anneal.Onnx.Ir.Model.NoMetadata.AddRange(entries.Select(e => KeyValuePair.Create(e.Key, e.Value)));

    public static Function Function(string name, string[] inputs, string[] outputs, params Node[] nodes) =>
        new("test", name, [.. inputs], [.. outputs], [], [.. nodes], Opsets(("", 18), ("test", 1)));

    public static Model Model(Graph graph, params Function[] functions) =>
        new(graph, Opsets(("", 18), ("test", 1)), [.. functions], Anneal.Onnx.Ir.Model.NoMetadata, []);
}
