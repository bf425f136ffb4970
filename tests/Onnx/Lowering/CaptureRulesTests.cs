using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Lowering;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Bench;
using Anneal.Tests.Golden;

namespace Anneal.Tests.Onnx.Lowering;

/// <summary>Each rule is broken by a small graph, and by name.</summary>
internal sealed class CaptureRulesTests
{
    private static readonly StateBinding[] s_state = [new("w", "w.next", Tensor.Zeros(DType.Float, 3))];

    private static IEnumerable<TestCaseData> Broken()
    {
        yield return Case("strings", WithStrings, "input 's' holds strings");
        yield return Case("free size", g => Sum(g, g.Input("t", TensorType.Of(DType.Float, Dim.Of("N"), Dim.Of("T")))), "input 't' is float[8,T], and the batch does not fix its shape");
        yield return Case("open output", g => g.Output(g.Cast(g.ReduceSum(Rows(g), keepDims: false, 1), DType.String), "rows"), "output 'rows' is string[8], which has no fixed place to be read from");
        yield return Case("shape by data", g => Sum(g, g.Cast(g.Node("NonZero", [Rows(g)]), DType.Float)), "(NonZero): the shape of what it gives depends on the data");
        yield return Case("size", g => Sum(g, g.Cast(g.Node("Size", [Rows(g)]), DType.Float)), "(Size): its result is the host's");
        yield return Case("host list", g => Sum(g, g.Node("ScatterND", [g["w"], g.Constant(Tensor.Of<long>([1, 1], [0])), g.Constant(Tensor.Vector(1f))])), "(ScatterND): its kernel reads a list in the host's memory");
        yield return Case("unequal parts", g => Sum(g, g.Node("Concat", [Rows(g), g.ReduceSum(Rows(g), keepDims: true, 1)], Attributes.Of(("axis", 1L)))), "(Concat): of 2 parts that are not equal its kernel reads a list in the host's memory");
        yield return Case("many parts", g => Sum(g, g.Node("Concat", [.. Enumerable.Repeat(Rows(g), 33)], Attributes.Of(("axis", 1L)))), "(Concat): of 33 parts its kernel reads a list in the host's memory");
        yield return Case("unequal split", g => Sum(g, g.Node("Split", [Rows(g), g.Constant(Tensor.Vector(1L, 2L))], 2, Attributes.Of(("axis", 1L)))[0]), "(Split): of 2 parts that are not equal its kernel reads a list in the host's memory");
        yield return Case("no stride", g => Sum(g, g.MatMul(g.Unsqueeze(Rows(g), 0), g.Constant(Tensor.Zeros(DType.Float, 4, 3, 2)))), "(MatMul): its products have no one stride, so its kernel reads a list in the host's memory");
    }

    private static IEnumerable<TestCaseData> Kept()
    {
        yield return Case("equal parts", g => Sum(g, g.Node("Concat", [Rows(g), Rows(g)], Attributes.Of(("axis", 1L)))), null);
        yield return Case("one matrix for all", g => Sum(g, g.MatMul(g.Unsqueeze(Rows(g), 0), g.Constant(Tensor.Zeros(DType.Float, 3, 2)))), null);
        yield return Case("as many on both sides", g => Sum(g, g.MatMul(g.Unsqueeze(Rows(g), 1), g.Unsqueeze(Rows(g), 2))), null);
    }

    [TestCaseSource(nameof(Broken))]
    [TestCaseSource(nameof(Kept))]
    public void Broken_SmallGraph_NamesWhatBreaksARule(Graph graph, string? expected) =>
        Assert.That(CaptureRules.Broken(FixBatch.Apply(graph, "N", 8), s_state), expected is null ? Is.Null : Does.EndWith(expected));

    [Test]
    public void Broken_ControlFlow_IsNamed()
    {
        var branch = new GraphBuilder("branch");
        branch.Output(branch.Constant(Tensor.Scalar(1f)), "one");
        var one = new AttributeValue.GraphValue(branch.Build());
        var g = new GraphBuilder("step");
        Value w = g.Input("w", TensorType.Of(DType.Float, 3));
        g.Output(g.Add(w, w), "w.next");
        Graph graph = g.Build();
        graph = graph with { Nodes = graph.Nodes.Add(new Node("choice", "", "If", ["w"], ["either"], Attributes.Of(("then_branch", one), ("else_branch", one)), Origin.None)) };

        Assert.That(CaptureRules.Broken(graph, s_state), Is.EqualTo("node 'choice' (If): it is control flow"));
    }

    [TestCaseSource(typeof(GoldenNetworks), nameof(GoldenNetworks.Names))]
    public void Broken_CaseOfTheBench_BreaksNone(string name)
    {
        StepCase @case = StepCases.All.Single(c => c.Name == name);
        var bench = new StepBench(@case with { Batch = 4 });
        IReadOnlyList<StateBinding> state = bench.Graphs.StepState();

        Model @fixed = bench.Step with { Graph = FixBatch.Apply(bench.Step.Graph, FixBatch.SymbolOf(bench.Step.Graph, state)!, 8) };
        string? broken = CaptureRules.Broken(StepLowering.Apply(@fixed, (_, _) => true, state, forDevice: true).Graph, state);

        Assert.That(broken, Is.Null);
    }

    private static TestCaseData Case(string name, Action<GraphBuilder> build, string? expected)
    {
        var g = new GraphBuilder("step");
        Value w = g.Input("w", TensorType.Of(DType.Float, 3));
        g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 3));
        g.Output(g.Add(w, w), "w.next");
        build(g);
        return new TestCaseData(g.Build(), expected).SetArgDisplayNames(name);
    }

    private static Value Rows(GraphBuilder g) => g["x"];

    private static void WithStrings(GraphBuilder g)
    {
        g.Input("s", TensorType.Of(DType.String, Dim.Of("N")));
        Sum(g, Rows(g));
    }

    private static void Sum(GraphBuilder g, Value value) => g.Output(g.ReduceSum(value, keepDims: false), "sum");
}
