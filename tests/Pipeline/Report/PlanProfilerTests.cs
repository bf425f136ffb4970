using System.Globalization;
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
        double operations = profile.Steps.Where(s => s.Op.StartsWith("Gemm", StringComparison.Ordinal)).Sum(s => s.Operations!.Value);
        double updates = 15.0 * profile.Steps.Where(s => s.Op == "GemmAdamStep").Sum(s => Length(s.Output));
        double forward = 2.0 * 32 * ((30 * 64) + (64 * 32) + (32 * 2));
        double inputGradients = 2.0 * 32 * ((64 * 32) + (32 * 2));
        Assert.That(operations, Is.EqualTo((2 * forward) + inputGradients + updates));
        Assert.That(profile.Ops.Sum(o => o.Nodes), Is.EqualTo(profile.Steps.Count));
        Assert.That(profile.Ops.Sum(o => o.Ms), Is.EqualTo(profile.Ms).Within(1e-9));
        Assert.That(profile.Ops.Select(o => o.Ms), Is.Ordered.Descending);
        Assert.That(profile.OutsideMs, Is.EqualTo(profile.StepMs - profile.Ms).Within(1e-12));

        static double Length(string output) => output.Split(' ')[0].Split('[', ']')[1].Split(',').Aggregate(1.0, (n, d) => n * int.Parse(d, CultureInfo.InvariantCulture));
    }

    [Test]
    public void Measure_Node_SaysWhichLimitBindsIt()
    {
        var g = new GraphBuilder("limits");
        Value a = g.Input("a", TensorType.Of(DType.Float, 256, 256));
        Value b = g.Input("b", TensorType.Of(DType.Float, 1 << 20));
        g.Output(g.MatMul(a, a), "product");
        g.Output(g.Neg(b), "negative");

        PlanProfile profile = PlanProfiler.Measure(Model.Of(g.Build()), 1, 1, CancellationToken.None);

        PlanProfile.Step product = profile.Steps.Single(s => s.Op == "MatMul");
        PlanProfile.Step negative = profile.Steps.Single(s => s.Op == "Neg");
        Assert.That(product.Limit, Is.EqualTo(PlanProfile.Arithmetic));
        Assert.That(product.FractionOfLimit, Is.EqualTo(product.Gflops!.Value / profile.PeakGflops).Within(1e-9));
        Assert.That(negative.Limit, Is.EqualTo(PlanProfile.Memory));
        Assert.That(negative.Operations, Is.EqualTo(1 << 20));
        double least = ((4 << 20) / profile.ReadGbPerS) + ((4 << 20) / profile.WriteGbPerS);
        Assert.That(negative.FractionOfLimit * negative.Ms * 1e6, Is.EqualTo(least).Within(1e-3 * least));
    }

    [Test]
    public void Measure_MatMul_CountsEveryProductOfTheBatch()
    {
        var g = new GraphBuilder("products");
        Value a = g.Input("a", TensorType.Of(DType.Float, Dim.Of("N"), 3, 5));
        Value b = g.Input("b", TensorType.Of(DType.Float, Dim.Of("N"), 5, 7));
        g.Output(g.MatMul(a, b), "y");

        PlanProfile.Step step = PlanProfiler.Measure(Model.Of(g.Build()), 4, 1, CancellationToken.None).Steps.Single();

        Assert.That(step.Operations, Is.EqualTo(2.0 * 4 * 3 * 5 * 7));
        Assert.That(step.Gflops * step.Ms * 1e6, Is.EqualTo(step.Operations).Within(1e-6));
        Assert.That(step.Output, Is.EqualTo("float[4,3,7]"));
    }
}
