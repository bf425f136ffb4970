using Anneal.Onnx.Ir;
using Anneal.Onnx.Lowering;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Bench;
using Anneal.Serving;
using Anneal.Serving.Probing;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Serving;

internal sealed class KernelAnswersTests
{
    [Test]
    public void Of_CpuProvider_IsProbedOnceAndThenRead()
    {
        using var folder = new TempFolder();

        KernelAnswers probed = KernelAnswers.Of(OrtDevice.Cpu, folder: folder["kernels"]);
        KernelAnswers kept = KernelAnswers.Of(OrtDevice.Cpu, folder: folder["kernels"]);

        Assert.That((probed.WasKept, kept.WasKept), Is.EqualTo((false, true)));
        Assert.That(kept.All, Is.EqualTo(probed.All));
        Assert.That(probed.Path, Does.Exist.And.Contain(OrtInfo.Version).And.Contain("ort-cpu"));
        Assert.That(probed.All.Where(a => a.Type == "float" && !a.Runs).Select(a => $"{a.Op}: {a.Problem}"), Is.Empty, "the CPU runs all of float");
        Assert.That(probed.All.Where(a => !a.Runs).Select(a => a.Problem), Is.All.Not.Empty);
        Assert.That(probed.Has("Conv", DType.Float));
        Assert.That(probed.Has("Conv", DType.Double), Is.False, "the CPU's convolutions are of float");
        Assert.That(KernelAnswers.Of(OrtDevice.Cpu, fresh: true, folder: folder["kernels"]).WasKept, Is.False);
    }

    [Test]
    public void Of_FileThatIsDamaged_IsProbedAnew()
    {
        using var folder = new TempFolder();
        KernelAnswers probed = KernelAnswers.Of(OrtDevice.Cpu, folder: folder["kernels"]);
        File.WriteAllText(probed.Path, "[{");

        Assert.That(KernelAnswers.Of(OrtDevice.Cpu, folder: folder["kernels"]).WasKept, Is.False);
    }

    [Test]
    public void Cases_OfKernels_CoverEveryOpThatStepsAndBodiesHold()
    {
        IEnumerable<string> inSteps = StepCases.All.Select(c => c.Build())
            .SelectMany(g => StepLowering.Apply(g.Step, (_, _) => true, g.StepState()).Graph.Nodes.Concat(g.Inference.Nodes))
            .Where(n => n.Domain.Length == 0)
            .Select(n => n.OpType);
        IEnumerable<string> inBodies = OpTable.All.Select(op => op.Body).OfType<Function>().SelectMany(f => f.Nodes).SelectMany(Captures.WithNested).Where(n => n.Domain.Length == 0).Select(n => n.OpType);

        Assert.That(inSteps.Concat(inBodies).Distinct().Except(KernelCases.All.Select(c => c.Op)).Except(KernelCases.NotProbed.Keys), Is.Empty);
    }

    [Test]
    public void Cases_OfKernels_CoverEveryStandardOpThatIsKnownHere()
    {
        string[] standard = [.. OpTable.All.Where(op => op.Domain != Model.AnnealDomain).Select(op => op.Name)];

        Assert.That(standard.Except(KernelCases.All.Select(c => c.Op)).Except(KernelCases.NotProbed.Keys), Is.Empty);
        Assert.That(KernelCases.All.Select(c => c.Op), Is.Unique);
        Assert.That(KernelCases.NotProbed.Keys.Intersect(KernelCases.All.Select(c => c.Op)), Is.Empty);
    }

    // A GRU's body is a loop, which stays one: its nodes are of the step all the same.
    [TestCase("Tanh")]
    [TestCase("Scan")]
    public void Missing_NodeInsideALoop_IsFound(string missing)
    {
        Layer[] layers =
        [
            new Layer.Recurrent("gru", Origin.None, RecurrentKind.Gru, Units: 4, ReturnSequences: false, Bidirectional: false, Rate: 0),
            new Layer.Dense("dense", Origin.None, 3, Activation.Linear, Bias: true, Initializer.Auto),
        ];
        TrainingGraphs graphs = new StepCase("gru", 4, [5, 6], layers, 3).Build();
        Graph lowered = StepLowering.Apply(graphs.Step, (_, _) => true, graphs.StepState()).Graph;

        Assert.That(lowered.Nodes.Select(n => n.OpType), Has.None.EqualTo(missing), "it is in the body alone");
        Assert.That(StepLowering.Missing(lowered, (_, _) => true), Is.Empty);
        Assert.That(StepLowering.Missing(lowered, (op, _) => op != missing).Select(n => (n.Node.OpType, n.Type)), Is.Not.Empty.And.All.EqualTo((missing, DType.Float)));
    }

    [Test]
    public void Missing_NodeWithoutAKernel_IsFound()
    {
        TrainingGraphs graphs = StepCases.All.Single(c => c.Name == "tabular").Build();
        Graph lowered = StepLowering.Apply(graphs.Step, (_, _) => true, graphs.StepState()).Graph;

        Assert.That(StepLowering.Missing(lowered, (_, _) => true), Is.Empty);
        Assert.That(StepLowering.Missing(lowered, (op, _) => op != "Gemm").Select(n => (n.Node.OpType, n.Type)), Is.Not.Empty.And.All.EqualTo(("Gemm", DType.Float)));
    }

    [Test]
    public void Apply_WayWhoseKernelIsMissing_TakesTheBody()
    {
        TrainingGraphs graphs = StepCases.All.Single(c => c.Name == "tabular").Build();

        Graph all = StepLowering.Apply(graphs.Step, (_, _) => true, graphs.StepState()).Graph;
        Graph without = StepLowering.Apply(graphs.Step, (op, _) => op != "Pow", graphs.StepState()).Graph;

        Assert.That(without.Nodes.Length, Is.GreaterThan(all.Nodes.Length), "Adam's body has more nodes than what stands for it where Pow is there");
    }
}
