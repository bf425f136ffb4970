using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving;

namespace Anneal.Tests.Serving;

/// <summary>What the CPU runs of an evaluation that is meant for another device; rehearsed on the CPU, which then runs all of it.</summary>
internal sealed class EvaluationPlacementTests
{
    private static readonly OrtOptions s_rehearsal = new() { Threads = 1, RehearsesFallback = true };
    private static readonly Tensor s_rows = Tensor.Of<float>([2, 2], [1, 2, 3, 4]);

    [Test]
    public void Open_NodesThatTheCpuRuns_AreAnErrorThatNamesThem()
    {
        var runner = new OrtStepRunner(s_rehearsal);
        using IGraphSession session = runner.Open(Sized(), []);

        AnnealException error = Assert.Throws<AnnealException>(() => session.Run([s_rows], new Tensor?[3]))!;

        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
        Assert.That(error.Message, Does.Match(@"ort-cpu left .*\(Exp\).* of an evaluation to the CPU. hint: set train.allow_fallback: true"));
        Assert.That(error.Message, Does.Not.Contain("(Shape)").And.Not.Contain("(Gather)").And.Not.Contain("(Mul)"), "what follows from sizes and inputs is computed there by design");
    }

    [Test]
    public void Open_FallbackIsAllowed_IsRecordedWithWhatWasDrawnToTheHost()
    {
        var runner = new OrtStepRunner(s_rehearsal with { AllowFallback = true });
        using IGraphSession session = runner.Open(Sized(), []);
        var fetches = new Tensor?[3];
        session.Run([s_rows], fetches);
        session.Run([s_rows], fetches);

        OrtPlacement placement = runner.Evaluations.Single();
        Assert.That(placement.Fallback, Has.Some.Contains("(Exp)").And.Some.Contains("(Mul)").And.None.Contains("(Shape)"));
        Assert.That(placement.Nodes["CPUExecutionProvider"], Is.GreaterThan(placement.Fallback.Count));
        Assert.That(fetches[1]!.Span<float>().ToArray(), Is.EqualTo(new[] { 2f, 4f, 6f, 8f }));
        Assert.That(runner.Placements, Is.Empty, "no step ran");
    }

    [Test]
    public void Of_GraphOfAFreeSize_TellsSizesFromWhatIsDrawnWithThem()
    {
        Graph graph = Sized().Graph;
        SizeNodes found = SizeNodes.Of(graph);

        Assert.That(OpsOf(found.Sizes), Is.EqualTo(new[] { "Shape", "Gather", "CastLike" }));
        Assert.That(OpsOf(found.Drawn), Is.EqualTo(new[] { "Shape", "Gather", "CastLike", "Mul" }));

        IEnumerable<string> OpsOf(IReadOnlySet<string> names) => graph.Nodes.Where(n => names.Contains(n.Name) && n.OpType != "Identity").Select(n => n.OpType);
    }

    // exp(x) + N, which the device computes; x·N, which reads an input beside a size; N.
    private static Model Sized()
    {
        var g = new GraphBuilder("sized");
        Value x = g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 2));
        Value rows = g.Node("Gather", [g.Node("Shape", [x]), g.Constant(Tensor.Scalar(0L))]);
        Value number = g.Node("CastLike", [rows, g.Constant(Tensor.Scalar(1f))]);
        g.Output(g.Add(g.Node("Exp", [x]), number), "y");
        g.Output(g.Mul(x, number), "z");
        g.Output(rows, "rows");
        return Model.Of(g.Build());
    }
}
