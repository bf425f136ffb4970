using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Autodiff;
using static Anneal.Tests.Onnx.SmallGraph;

namespace Anneal.Tests.Autodiff;

public sealed class GradientNodesTests
{
    private const string Domain = "ai.onnx.preview.training";

    [Test]
    public void Expand_ProductOfSums_IsItsDerivative()
    {
        Graph graph = Read(Node("c", "Add", ["a", "b"], ["c"]), Node("d", "Mul", ["c", "a"], ["d"]), Gradient("g", ["a", "b"], ["da", "db"], "d", ["a", "b"]));

        Assert.That(Run(graph, "da"), Is.EqualTo(new[] { 12.0, 7 }), "2a + b");
        Assert.That(Run(graph, "db"), Is.EqualTo(new[] { 2.0, 3 }), "a");
    }

    [Test]
    public void Expand_OtherInputs_StandForTheNamedValues()
    {
        Graph graph = Read(Node("c", "Mul", ["a", "a"], ["c"]), Node("d", "Mul", ["c", "b"], ["d"]), Gradient("g", ["b", "a"], ["da"], "d", ["a"], ["b"]));

        Assert.That(Run(graph, "da"), Is.EqualTo(new[] { 2.0 * 8 * 2, 2.0 * 1 * 3 }), "2xz at x = b and z = a");
    }

    [Test]
    public void Expand_InnerValueAmongNames_IsHeldApartFromWhatItIsMadeOf()
    {
        Graph graph = Read(Node("c", "Mul", ["a", "a"], ["c"]), Node("d", "Mul", ["c", "a"], ["d"]), Gradient("g", ["a", "c"], ["da", "dc"], "d", ["a", "c"]));

        Assert.That(Run(graph, "da"), Is.EqualTo(new[] { 4.0, 9 }), "c alone, not 3a²");
        Assert.That(Run(graph, "dc"), Is.EqualTo(new[] { 2.0, 3 }));
    }

    [Test]
    public void Expand_GradientOfGradient_IsTheSecondDerivative()
    {
        Graph graph = Read(
            Node("c", "Mul", ["a", "a"], ["c"]), Node("d", "Mul", ["c", "a"], ["d"]), Gradient("g", ["a"], ["da"], "d", ["a"]), Gradient("h", ["a"], ["dda"], "da", ["a"]));

        Assert.That(Run(graph, "dda"), Is.EqualTo(new[] { 12.0, 18 }), "6a");
    }

    [Test]
    public void Expand_NoPathFromName_GivesZeros()
    {
        Graph graph = Read(Node("c", "Mul", ["a", "a"], ["c"]), Gradient("g", ["b"], ["db"], "c", ["b"]));

        Assert.That(Run(graph, "db"), Is.EqualTo(new[] { 0.0, 0 }));
    }

    [Test]
    public void Expand_NameThatIsNotThere_NamesTheNode() => Assert.That(
        () => Read(Gradient("g", ["a"], ["da"], "q", ["a"])),
        Throws.TypeOf<AnnealException>().With.Message.EqualTo("node 'g' (Gradient) → it names value 'q', which is not computed before it"));

    [Test]
    public void Expand_FewerInputsThanNames_NamesTheNode() => Assert.That(
        () => Read(Node("c", "Mul", ["a", "a"], ["c"]), Gradient("g", ["a"], ["da"], "c", ["a", "b"])),
        Throws.TypeOf<AnnealException>().With.Message.Contains("1 inputs and 1 outputs, expected an input for each of 2 names"));

    [Test]
    public void Read_NothingThatDifferentiates_RefusesByName() => Assert.That(
        Assert.Throws<AnnealException>(() => ModelReader.Read(Bytes(Node("c", "Mul", ["a", "a"], ["c"]), Gradient("g", ["a"], ["da"], "c", ["a"]))))!.UnsupportedOps,
        Is.EqualTo(new[] { "Gradient" }));

    private static Node Gradient(string name, string[] inputs, string[] outputs, string y, string[] xs, string[]? zs = null) => Node(
        name,
        "Gradient",
        inputs,
        outputs,
        Attributes.Of(("xs", new AttributeValue.Strings([.. xs])), ("y", y), ("zs", zs is null ? null : new AttributeValue.Strings([.. zs]))),
        Domain);

    private static Graph Read(params Node[] nodes) => ModelReader.Read(Bytes(nodes), options: new ReadOptions { ExpandGradients = GradientNodes.Expand }).Graph;

    private static byte[] Bytes(params Node[] nodes)
    {
        var graph = new Graph(
            "g",
            [new ValueInfo("a", TensorType.Of(DType.Double, 2)), new ValueInfo("b", TensorType.Of(DType.Double, 2))],
            [.. nodes[^1].Outputs.Select(o => new ValueInfo(o, TensorType.Of(DType.Double, 2)))],
            Graph.NoInitializers,
            [.. nodes],
            Graph.NoValues);
        return ModelWriter.ToBytes(Model(graph) with { Opsets = Opsets(("", 18), (Domain, 1)) });
    }

    private static double[] Run(Graph graph, string output)
    {
        GraphChecker.Check(graph);
        var feeds = new Dictionary<string, Tensor> { ["a"] = Tensor.Vector(2.0, 3), ["b"] = Tensor.Vector(8.0, 1) };
        return GraphEvaluator.Run(graph, feeds)[output].Span<double>().ToArray();
    }
}
