using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Tests.Loop;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Conformance;

/// <summary>The very same file of a training step, dropout included, gives the same losses on the SIMD engine and in ONNX Runtime.</summary>
internal sealed class StepAgreementTests
{
    private static IEnumerable<TestCaseData> Optimizers() =>
    [
        new TestCaseData(Optimizer.Adam(weightDecay: 1e-3f), 1e-3f).SetArgDisplayNames("adam"),
        new TestCaseData(Optimizer.Sgd(weightDecay: 1e-3f), 0.05f).SetArgDisplayNames("sgd"),
        new TestCaseData(Optimizer.Momentum(weightDecay: 1e-3f), 0.01f).SetArgDisplayNames("momentum"),
        new TestCaseData(Optimizer.AdamW(), 1e-3f).SetArgDisplayNames("adamw"),
    ];

    private static IEnumerable<TestCaseData> Settings()
    {
        UpdateSettings rule = Optimizer.Momentum(form: MomentumForm.LookAhead);
        yield return new TestCaseData(rule).SetArgDisplayNames("look ahead");
        yield return new TestCaseData(rule with { ClipNorm = 0.1f, ClipValue = 0.05f }).SetArgDisplayNames("clipped");
        yield return new TestCaseData(rule with { Regularization = new Regularization { L1 = 1e-3f, L2 = 1e-2f, MaxNorm = 0.8f, DecoupledDecay = 0.1f } }).SetArgDisplayNames("regularised");
        yield return new TestCaseData(rule with { Regularization = new Regularization { InputNoise = 0.2f, WeightNoise = 0.02f } }).SetArgDisplayNames("noisy");
        yield return new TestCaseData(rule with { Groups = [new ParameterGroup("dense1.*", Origin.None) { IsFrozen = true }, new ParameterGroup("*.bias", Origin.None) { Rate = 2 }] })
            .SetArgDisplayNames("grouped");
    }

    [TestCaseSource(nameof(Settings))]
    public void Run_FortyStepsWithSettings_EnginesAgree(UpdateSettings settings) =>
        Agree(Networks.Mlp(20, [15, 10, 4], 0.3f, settings), 20, 4, batch: 32, steps: 40, 0.01f);

    [TestCaseSource(nameof(Optimizers))]
    public void Run_FiftyStepsOfOneFile_EnginesAgree(Optimizer optimizer, float rate) =>
        Agree(Networks.Mlp(20, [15, 10, 4], 0.3f, optimizer), 20, 4, batch: 32, steps: 50, rate);

    [Test]
    public void Run_StepsOfMnistSize_EnginesAgree() => Agree(Networks.Mlp(784, [500, 500, 10], 0.4f), 784, 10, batch: 100, steps: 5, 1e-3f);

    // Not Adam: the gradient of the keys' bias is zero but for rounding, which Adam would blow up.
    [TestCase(0f)]
    [TestCase(0.2f)]
    public void Run_StepsOfATransformer_EnginesAgree(float dropout) =>
        Agree(Networks.Transformer(7, 5, 3, dropout, Optimizer.Sgd()), 35, 3, batch: 8, steps: 10, 0.02f);

    // 200 rows in batches of 32, three a step: the last step of an epoch has one of 8 rows.
    [Test]
    public void Run_StepsOfSeveralBatches_EnginesAgree()
    {
        using var problem = new Trained(0.2f, new UpdateSettings(Optimizer.Momentum(weightDecay: 1e-3f)) { Accumulate = 3, ClipNorm = 1 });

        LoopOutcome simd = problem.Run(Trained.Options(4), problem.Store("simd"));
        LoopOutcome ort = problem.Run(Trained.Options(4), problem.Store("ort"), runner: new OrtRunner(new OrtOptions { Threads = 1 }));

        Assert.That((simd.State.Step, ort.State.Step), Is.EqualTo((12L, 12L)));
        for (int epoch = 0; epoch < 4; epoch++)
        {
            double theirs = ort.State.History[epoch].Train[Metrics.Loss];
            Assert.That(simd.State.History[epoch].Train[Metrics.Loss], Is.EqualTo(theirs).Within(1e-5 * theirs), $"epoch {epoch + 1}");
        }

        foreach ((string name, Tensor tensor) in simd.Parameters)
        {
            Compare.Close(tensor, ort.Parameters[name], 1e-4, name);
        }
    }

    private static void Agree(TrainingGraphs graphs, int features, int classes, int batch, int steps, float rate)
    {
        Model file = ModelReader.Read(ModelWriter.ToBytes(graphs.Step));
        IReadOnlyList<StateBinding> state = graphs.StepState();
        using var runner = new SimdRunner(2);
        using IGraphSession simd = runner.Open(file, state);
        using IGraphSession ort = new OrtRunner(new OrtOptions { Threads = 1 }).Open(file, state);
        var answers = new Tensor?[simd.Fetches.Count];
        var references = new Tensor?[ort.Fetches.Count];
        int loss = Array.IndexOf([.. simd.Fetches.Select(f => f.Name)], "loss");
        var losses = new List<float>();
        for (int step = 1; step <= steps; step++)
        {
            (Tensor Features, Tensor Target) rows = Networks.Rows(batch, features, classes, step);
            simd.Run(Networks.Feeds(simd, rows, rate, step), answers);
            ort.Run(Networks.Feeds(ort, rows, rate, step), references);
            float mine = answers[loss]!.Span<float>()[0];
            float theirs = references[loss]!.Span<float>()[0];
            Assert.That(Math.Abs(mine - theirs), Is.LessThanOrEqualTo(1e-5 * Math.Abs(theirs)), $"step {step}: loss {mine:R} against {theirs:R}");
            losses.Add(mine);
        }

        Assert.That(losses.Distinct().Count(), Is.EqualTo(steps), "the steps differ");
        foreach (StateBinding binding in state)
        {
            Compare.Close(simd.ReadState(binding.Input), ort.ReadState(binding.Input), 1e-4, binding.Input);
        }
    }
}
