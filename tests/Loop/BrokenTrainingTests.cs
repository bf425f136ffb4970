using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Preflight;
using Anneal.Pipeline.Preflight.Checks;
using Anneal.Pipeline.Report.Verdicts;
using Anneal.Tests.Cases;
using Anneal.Trainer.Data;
using Anneal.Trainer.Diagnostics;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Losses;
using Anneal.Trainer.Models;
using Anneal.Trainer.Monitors;
using Anneal.Trainer.Optimizers;
using Evaluator = Anneal.Trainer.Loop.Evaluator;

namespace Anneal.Tests.Loop;

/// <summary>What no configuration can break: a loss and a layer of the test's own, in a real training and a real check.</summary>
internal sealed class BrokenTrainingTests
{
    private const int Features = 8;
    private const int Classes = 3;

    [Test]
    public void Run_LossClippedInsteadOfGradient_IsNamed()
    {
        RunHistory history = Train(new Clipped(1));

        Assert.That(Judgement.Of(history).Select(v => v.Name), Does.Contain("loss clipped instead of gradient"));
    }

    // Rows beyond the margin give no gradient either, and have no loss.
    [Test]
    public void Run_Hinge_IsNotTakenForAClippedLoss()
    {
        RunHistory history = Train(new WestonWatkinsHinge());

        Assert.That(history.Monitors.Select(m => m.SilentLoss), Has.Some.Not.Null, "some rows are silent");
        Assert.That(Judgement.Of(history).Select(v => v.Name), Does.Not.Contain("loss clipped instead of gradient"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void GradientCheck_LayerWithAWrongGradient_NamesTheParametersBelowIt(bool isWrong)
    {
        var g = new GraphBuilder("features");
        g.Output(g.Input(Networks.Input, TensorType.Of(DType.Float, Dim.Of("N"), Features)), "features");
        Graph identity = g.Build();
        Layer[] layers =
        [
            new Layer.Dense("dense1", Origin.None, 6, Activation.Linear, true, Initializer.Auto),
            isWrong ? new HalvedGradient("tanh", Origin.None) : new Layer.Activate("tanh", Origin.None, Activation.Tanh),
            new Layer.Dense("dense2", Origin.None, Classes, Activation.Linear, true, Initializer.Auto),
        ];
        TrainingGraphs graphs = TrainingGraphs.Build(new Network(layers), identity, identity, new TargetSpec(LearningTask.Classification, Classes), new UpdateSettings(new Lbfgs()), 5);
        (Tensor features, Tensor target) = Networks.Rows(3, Features, Classes);
        using var runner = new SimdRunner(1);
        using var probe = new StepProbe(graphs, runner, new RowSet([features], target, [0, 1, 2]));

        PreflightResult result = new GradientChecks().Judge(GradientCheck.Run(probe.Parameters, probe.Gradients(), () => probe.Value().Loss, 6, 5));

        Assert.That(result.Verdict, Is.EqualTo(isWrong ? PreflightStatus.Failed : PreflightStatus.Passed), result.Detail);
        Assert.That(result.Detail, Does.Match(isWrong ? "^wrong gradient of dense1\\.\\w+ \\(relative error 5\\.0e-1\\), dense1\\.\\w+ \\(relative error 5\\.0e-1\\)$" : "^4 gradients, "));
    }

    private static RunHistory Train(Loss loss)
    {
        TrainingGraphs graphs = Networks.Mlp(Features, [16, Classes], 0, Optimizer.Adam(), loss: loss);
        (Tensor features, Tensor target) = Networks.Rows(400, Features, Classes);
        var rows = new RowSet([features], target, [.. Enumerable.Range(0, 300)]);
        RowSet validation = rows with { Rows = [.. Enumerable.Range(300, 100)] };
        using var folder = new TempFolder();
        using var runner = new SimdRunner(1);
        using var evaluator = new Evaluator(graphs, runner, validation);
        var trace = new LoopTrace();
        new TrainingLoop(graphs, runner, rows, evaluator, Trained.Options(6), new CheckpointStore(folder["a"]), trace) { ProbeOf = g => new Probe(g, runner, rows, seed: 3) }.Run(default);
        return new RunHistory(
            trace.Steps, [.. trace.Epochs.Select(e => e.Record)], [.. trace.Events.OfType<LoopEvent.Monitored>().Select(m => m.Record)], Chance.Of(graphs.Target, rows), validation.Rows.Length);
    }

    // min(cross-entropy, limit).
    private sealed record Clipped(double Limit) : Loss
    {
        public override IReadOnlyList<LearningTask> Tasks => [LearningTask.Classification];

        public override double? AtChance(TargetSpec target) => Math.Log(target.Outputs);

        internal override Value Elements(LossScope s) => s.Graph.Node("Min", [new CrossEntropy().Elements(s), s.Graph.Scalar(Limit, DType.Float)]);
    }

    // tanh x as the sum of two halves, of which rounding to 2^-40 takes the gradient of one.
    private sealed record HalvedGradient(string Name, Origin Origin) : Layer(Name, Origin)
    {
        private const double Steps = 1L << 40;

        public override Value Apply(LayerContext context, Value x)
        {
            GraphBuilder g = context.Graph;
            Value half = g.Mul(g.Node("Tanh", [x]), 0.5);
            return g.Add(half, g.Mul(g.Node("Round", [g.Mul(half, Steps)]), 1 / Steps));
        }
    }
}
