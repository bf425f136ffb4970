using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Bench;
using Anneal.Pipeline.Report;

namespace Anneal.Tests.Pipeline.Report;

internal sealed class PlanProfilerTests
{
    [Test]
    public void Measure_TrainingStep_CountsOperationsAndKeepsStateInPlace()
    {
        StepCase step = StepCases.All.Single(c => c.Name == "tabular");

        PlanProfile profile = PlanProfiler.Measure(step.Build().Step, step.Batch, 1, CancellationToken.None);

        Assert.That(profile.StateCopies, Is.Zero);
        Assert.That(profile.Steps.Count(s => s.Op is "AdamStep" or "GemmAdamStep"), Is.EqualTo(6));
        double operations = profile.Steps.Where(s => s.Gflops is not null).Sum(s => s.Gflops!.Value * s.Ms * 1e6);
        double forward = 2.0 * 32 * ((30 * 64) + (64 * 32) + (32 * 2));
        double inputGradients = 2.0 * 32 * ((64 * 32) + (32 * 2));
        Assert.That(operations, Is.EqualTo((2 * forward) + inputGradients).Within(1e-3));
    }

    [Test]
    public void Measure_MatMul_CountsEveryProductOfTheBatch()
    {
        var g = new GraphBuilder("products");
        Value a = g.Input("a", TensorType.Of(DType.Float, Dim.Of("N"), 3, 5));
        Value b = g.Input("b", TensorType.Of(DType.Float, Dim.Of("N"), 5, 7));
        g.Output(g.MatMul(a, b), "y");

        PlanProfile.Step step = PlanProfiler.Measure(Model.Of(g.Build()), 4, 1, CancellationToken.None).Steps.Single();

        Assert.That(step.Gflops * step.Ms * 1e6, Is.EqualTo(2.0 * 4 * 3 * 5 * 7).Within(1e-6));
        Assert.That(step.Output, Is.EqualTo("float[4,3,7]"));
    }
}
