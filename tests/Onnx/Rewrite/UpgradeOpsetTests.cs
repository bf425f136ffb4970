using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using static Anneal.Tests.Onnx.SmallGraph;

namespace Anneal.Tests.Onnx.Rewrite;

public sealed class UpgradeOpsetTests
{
    private static readonly Tensor s_x = Tensor.Of<float>([2, 2], [1, 2, 3, 4]);

    private static IEnumerable<TestCaseData> Older
    {
        get
        {
            yield return Case("ReduceSum", 11, Attributes.Of(("axes", new[] { 1L })), Tensor.Of<float>([2, 1], [3, 7]));
            yield return Case("ReduceMean", 13, Attributes.Of(("axes", new[] { 0L }), ("keepdims", 0L)), Tensor.Vector(2f, 3));
            yield return Case("Unsqueeze", 11, Attributes.Of(("axes", new[] { 0L })), s_x.Reshape(1, 2, 2));
            yield return Case("Clip", 6, Attributes.Of(("min", 2f), ("max", 3f)), Tensor.Of<float>([2, 2], [2, 2, 3, 3]));
            yield return Case("Slice", 9, Attributes.Of(("starts", new[] { 1L }), ("ends", new[] { 2L }), ("axes", new[] { 1L })), Tensor.Of<float>([2, 1], [2, 4]));
            yield return Case("Pad", 10, Attributes.Of(("pads", new[] { 0L, 1, 0, 0 }), ("value", 9f)), Tensor.Of<float>([2, 3], [9, 1, 2, 9, 3, 4]));
            yield return Case("Dropout", 11, Attributes.Of(("ratio", 0.5f)), s_x);
            yield return Case("Reshape", 1, Attributes.Of(("shape", new[] { -1L })), Tensor.Vector(1f, 2, 3, 4));
            yield return Case("Softmax", 11, Attributes.Of(("axis", 0L)), Tensor.Of<float>([2, 2], [0.0320586f, 0.08714432f, 0.23688284f, 0.64391428f]));
            yield return Case("Hardmax", 11, Attributes.Of(("axis", 0L)), Tensor.Of<float>([2, 2], [0, 0, 0, 1]));
            yield return Case("Upsample", 7, Attributes.Of(("scales", new AttributeValue.Floats([1, 2]))), Tensor.Of<float>([2, 4], [1, 1, 2, 2, 3, 3, 4, 4]));
            yield return Case("Concat", 3, Attributes.None, s_x);
            yield return Case("Relu", 5, Attributes.Of(("consumed_inputs", new[] { 0L })), s_x);
        }
    }

    [TestCaseSource(nameof(Older))]
    public void Read_OlderOp_ComputesWhatItMeant(string op, int opset, Attributes attributes, Tensor expected)
    {
        Graph graph = Read(opset, Node("n", op, ["x"], ["y"], attributes));

        Tensor y = GraphEvaluator.Run(graph, new Dictionary<string, Tensor> { ["x"] = s_x })["y"];

        Compare.Close(y, expected, 1e-6, "y");
    }

    [Test]
    public void Read_BroadcastFromAxis_WidensTheSecondInput()
    {
        Graph graph = Read(6, Node("n", "Add", ["x", "w"], ["y"], Attributes.Of(("axis", 0L), ("broadcast", 1L))));

        Tensor y = GraphEvaluator.Run(graph, new Dictionary<string, Tensor> { ["x"] = s_x })["y"];

        Compare.Close(y, Tensor.Of<float>([2, 2], [11, 12, 23, 24]), 1e-6, "y");
    }

    [TestCase(null, 5)]
    [TestCase("floor", 10)]
    public void Read_NearestOfHalfPixels_TakesTheElementThatItMeant(string? rounding, int firstOfSecond)
    {
        Attributes attributes = Attributes.Of(
            ("coordinate_transformation_mode", "tf_half_pixel_for_nn"), ("nearest_mode", rounding is null ? null : (AttributeValue)rounding));
        Graph graph = Read(11, Node("n", "Resize", ["x", "", "w"], ["y"], attributes));

        Tensor y = GraphEvaluator.Run(graph, new Dictionary<string, Tensor> { ["x"] = s_x })["y"];

        Assert.That(y.Shape.ToArray(), Is.EqualTo(new[] { 20, 40 }));
        Assert.That(Enumerable.Range(0, 20).Select(i => y.Span<float>()[i * 40]), Is.EqualTo(Enumerable.Range(0, 20).Select(i => i < firstOfSecond ? 1f : 3)));
    }

    [Test]
    public void Read_NearestOfHalfPixelsRoundedUp_IsRefusedByName()
    {
        Attributes attributes = Attributes.Of(("coordinate_transformation_mode", "tf_half_pixel_for_nn"), ("nearest_mode", "ceil"));

        AnnealException e = Assert.Throws<AnnealException>(() => GraphChecker.Check(Read(11, Node("n", "Resize", ["x", "", "w"], ["y"], attributes))))!;

        Assert.That(e.UnsupportedOps, Is.EqualTo(new[] { "Resize" }));
    }

    [Test]
    public void Read_DropoutOfTraining_IsRefusedByName()
    {
        AnnealException e = Assert.Throws<AnnealException>(() => Read(6, Node("n", "Dropout", ["x"], ["y"], Attributes.Of(("is_test", 0L)))))!;

        Assert.That(e.UnsupportedOps, Is.EqualTo(new[] { "Dropout" }));
    }

    private static TestCaseData Case(string op, int opset, Attributes attributes, Tensor expected) =>
        new TestCaseData(op, opset, attributes, expected).SetArgDisplayNames(op, $"opset {opset}");

    private static Graph Read(int opset, Node node)
    {
        var graph = new Graph(
            "g",
            [new ValueInfo("x", TensorType.Of(s_x))],
            [new ValueInfo("y", new TensorType(DType.Float, null))],
            Graph.NoInitializers.Add("w", Tensor.Vector(10f, 20)),
            [node],
            Graph.NoValues);
        return ModelReader.Read(ModelWriter.ToBytes(Model(graph) with { Opsets = Opsets(("", opset)) })).Graph;
    }
}
