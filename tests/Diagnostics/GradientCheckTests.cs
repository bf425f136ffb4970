using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Data;
using Anneal.Trainer.Diagnostics;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Diagnostics;

internal sealed class GradientCheckTests
{
    private static readonly TrainingGraphs s_graphs = Networks.Mlp(6, [16, 8, 3], 0.3f, new UpdateSettings(new Lbfgs()) { Regularization = new Regularization { L2 = 0.1f } });

    [Test]
    public void Run_OwnGradient_IsGoodForEveryTensor()
    {
        IReadOnlyList<TensorGradient> found = Check(s_graphs.Step);

        Assert.That(found.Select(g => g.Parameter), Is.EquivalentTo(s_graphs.Parameters.Select(p => p.Name)));
        Assert.That(found.Select(g => g.Error), Is.All.LessThan(1e-6), "rounding and the third derivative, in double");
    }

    [Test]
    public void Run_AGradientNodeIsWrong_IsFoundByName()
    {
        // 5 % too large: what a forgotten factor or a wrong mean looks like.
        Graph step = s_graphs.Step.Graph;
        const string Output = "dense2.weight.gradient";
        Node[] nodes = [.. step.Nodes.Select(n => n with { Outputs = [.. n.Outputs.Select(o => o == Output ? "right" : o)] })];
        var wrong = new Node("wrong", "", "Mul", ["right", "factor"], [Output], Attributes.None, Origin.None);
        Model tampered = s_graphs.Step with
        {
            Graph = step with { Nodes = [.. nodes, wrong], Initializers = step.Initializers.Add("factor", Tensor.Scalar(1.05f)), Values = Graph.NoValues },
        };

        IReadOnlyList<TensorGradient> found = Check(tampered);

        Assert.That(found.Where(g => g.Error > 1e-2).Select(g => g.Parameter), Is.EqualTo(new[] { "dense2.weight" }));
        Assert.That(found.Single(g => g.Parameter == "dense2.weight").Error, Is.EqualTo(0.05 / 1.05).Within(1e-4));
    }

    [Test]
    public void Run_AtAKink_CountsItAndLeavesItOut()
    {
        Tensor w = Tensor.Vector(0.0, 2.0, -3.0);
        double Value() => w.Span<double>().ToArray().Sum(Math.Abs);

        TensorGradient found = GradientCheck.Run(
            new Dictionary<string, Tensor> { ["w"] = w }, new Dictionary<string, double[]> { ["w"] = [1, 1, -1] }, Value, 3, 1).Single();

        Assert.That((found.Elements, found.Kinks), Is.EqualTo((3, 1)));
        Assert.That(found.Error, Is.LessThan(1e-9));
        Assert.That(w.Span<double>().ToArray(), Is.EqualTo(new[] { 0.0, 2, -3 }), "left as it was");
    }

    [Test]
    public void Run_AKinkNearBy_FindsASmallerStep()
    {
        Tensor w = Tensor.Vector(2e-5);

        TensorGradient found = GradientCheck.Run(
            new Dictionary<string, Tensor> { ["w"] = w }, new Dictionary<string, double[]> { ["w"] = [1] }, () => Math.Abs(w.Span<double>()[0]), 1, 1).Single();

        Assert.That((found.Kinks, found.Error < 1e-6), Is.EqualTo((0, true)));
    }

    private static IReadOnlyList<TensorGradient> Check(Model step)
    {
        (Tensor features, Tensor target) = Networks.Rows(3, 6, 3);
        using var runner = new SimdRunner(1);
        using var probe = new StepProbe(s_graphs, step, runner, new RowSet([features], target, [0, 1, 2]));
        return GradientCheck.Run(probe.Parameters, probe.Gradients(), () => probe.Value() is var (loss, penalty) ? loss + penalty : 0, 8, 3);
    }
}
