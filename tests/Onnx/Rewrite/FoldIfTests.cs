using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using static Anneal.Tests.Onnx.SmallGraph;

namespace Anneal.Tests.Onnx.Rewrite;

public sealed class FoldIfTests
{
    private static readonly Tensor s_x = Tensor.Vector(-1f, 2);

    [TestCase(true, 0f)]
    [TestCase(false, 9f)]
    public void Read_IfWithConstantCondition_IsTheBranchTaken(bool condition, float first)
    {
        Graph graph = Read(Graph.NoInitializers.Add("c", Tensor.Scalar(condition)), "c");

        Assert.That(graph.Nodes.Select(n => n.OpType), Has.None.EqualTo("If"));
        Tensor y = GraphEvaluator.Run(graph, new Dictionary<string, Tensor> { ["x"] = s_x })["y"];
        Assert.That(y.Span<float>()[0], Is.EqualTo(first));
    }

    [Test]
    public void Read_IfWithComputedCondition_IsRefusedByName()
    {
        AnnealException e = Assert.Throws<AnnealException>(() => Read(Graph.NoInitializers, "computed"))!;

        Assert.That(e.UnsupportedOps, Is.EqualTo(new[] { "If" }));
    }

    private static Graph Read(System.Collections.Immutable.ImmutableSortedDictionary<string, Tensor> initializers, string condition)
    {
        Graph Branch(Node node, Tensor w) => new("branch", [], [new ValueInfo("b", new TensorType(DType.Undefined, null))], Graph.NoInitializers.Add("w", w), [node], Graph.NoValues);
        var graph = new Graph(
            "g",
            [new ValueInfo("x", TensorType.Of(s_x))],
            [new ValueInfo("y", new TensorType(DType.Float, null))],
            initializers,
            [
                Node("test", "IsNaN", ["x"], ["computed"]),
                Node("if", "If", [condition], ["y"], Attributes.Of(
                    ("then_branch", new AttributeValue.GraphValue(Branch(Node("relu", "Relu", ["x"], ["b"]), Tensor.Vector(1f)))),
                    ("else_branch", new AttributeValue.GraphValue(Branch(Node("add", "Add", ["x", "w"], ["b"]), Tensor.Vector(10f)))))),
            ],
            Graph.NoValues);
        return ModelReader.Read(ModelWriter.ToBytes(Model(graph))).Graph;
    }
}
