using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Bench;
using Anneal.Pipeline.Compare;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Tests.Golden;
using Anneal.Tests.Loop;
using Anneal.Trainer.Diagnostics;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Gpu;

/// <summary>What only a GPU shows. Where there is none, or no CUDA provider, all of it is skipped, with the reason that the provider's probe gives.</summary>
[Category("Gpu")]
internal sealed class GpuTests
{
    private static readonly OrtOptions s_plain = new() { Device = OrtDevice.Cuda, Threads = 1, Capture = CaptureMode.Off };
    private static readonly OrtOptions s_captured = s_plain with { Capture = CaptureMode.On };

    [OneTimeSetUp]
    public void FindDevice()
    {
        if (OrtInfo.Problem(OrtDevice.Cuda) is { } problem)
        {
            Assert.Ignore(problem);
        }
    }

    [Test]
    public void Open_OnCuda_RunsAndKeepsItsState()
    {
        var runner = new OrtStepRunner(s_plain);
        using IGraphSession session = runner.Open(Serving.Models.Counter(), [new StateBinding("total", "next", Tensor.Vector(1f, 2f))]);
        var fetches = new Tensor?[1];
        session.Run([Tensor.Vector(1f, 1f)], fetches);
        session.Run([Tensor.Vector(1f, 1f)], fetches);

        Assert.That(fetches[0]!.Span<float>().ToArray(), Is.EqualTo(new[] { 4f, 6f }));
        Assert.That(session.ReadState("total").Span<float>().ToArray(), Is.EqualTo(new[] { 3f, 4f }));
        Assert.That(runner.Placements.Single().Fallback, Is.Empty);
    }

    // Of resnet20 values at the kink of a Relu fall on either side: docs/engines.md.
    [TestCase("mlp", 1e-4)]
    [TestCase("mlp32", 1e-4)]
    [TestCase("tabular", 1e-4)]
    [TestCase("cnn", 1e-4)]
    [TestCase("resnet20", 0.05)]
    [TestCase("lstm", 1e-4)]
    [TestCase("transformer", 1e-4)]
    public void LockStep_CaseOfTheBench_SimdAndCudaAgree(string name, double tolerance)
    {
        var bench = new StepBench(StepCases.All.Single(c => c.Name == name));
        using var simd = new SimdRunner(2);

        LockStepReport report = new LockStep(bench.Graphs, [simd, new OrtStepRunner(s_captured with { Capture = CaptureMode.Auto })], tolerance)
            .Run(name, 3, (input, step) => bench.Feed(input, step - 1, step), default);

        Assert.That(report.First, Is.Null);
        Assert.That(report.Largest, Is.InRange(double.Epsilon, tolerance));
    }

    [TestCaseSource(typeof(GoldenNetworks), nameof(GoldenNetworks.Names))]
    public void LockStep_CapturedAndPlain_Agree(string name)
    {
        var bench = new StepBench(StepCases.All.Single(c => c.Name == name));
        var captured = new OrtStepRunner(s_captured);

        // The same kernels on the same numbers; those that add with atomics do so in any order.
        LockStepReport report = new LockStep(bench.Graphs, [new OrtStepRunner(s_plain), captured], 1e-5)
            .Run(name, 4, (input, step) => bench.Feed(input, step - 1, step), default);

        Assert.That(report.First, Is.Null);
        Assert.That(captured.Placements.Single().Captured);
    }

    [Test]
    public void Train_Captured_GivesTheLossesOfPlainSteps()
    {
        using var trained = new Trained();
        var plain = new LoopTrace();
        var captured = new LoopTrace();
        LoopOutcome expected = trained.Run(Trained.Options(3), trained.Store("plain"), plain, new OrtStepRunner(s_plain));
        LoopOutcome actual = trained.Run(Trained.Options(3), trained.Store("captured"), captured, new OrtStepRunner(s_captured));

        Assert.That(captured.Steps.Select(s => s.Loss), Is.EqualTo(plain.Steps.Select(s => s.Loss)).Within(1e-5), "over 21 steps, the last of each epoch of 8 rows");
        foreach ((string name, Tensor value) in expected.Parameters)
        {
            Compare.Close(actual.Parameters[name], value, 1e-4, name);
        }
    }

    [Test]
    public void Train_KilledAndResumed_EndsWhereOneEndsThatWasNot([Values] CaptureMode capture)
    {
        using var trained = new Trained();
        var runner = new OrtStepRunner(s_plain with { Capture = capture });
        LoopOutcome whole = trained.Run(Trained.Options(3), trained.Store("whole"), runner: runner);
        Assert.That(() => trained.Run(Trained.Options(3), trained.Store("killed"), new Killer(), runner), Throws.TypeOf<Killer.Death>());
        LoopOutcome resumed = trained.Run(Trained.Options(3), trained.Store("killed"), runner: runner);

        foreach ((string name, Tensor value) in whole.Parameters)
        {
            Compare.Close(resumed.Parameters[name], value, 1e-4, name);
        }
    }

    [Test]
    public void Run_MoreThanTheDeviceHolds_SaysHowMuchWasAskedForAndASmallerBatchFits()
    {
        const int Rows = 1 << 20;
        TrainingGraphs graphs = Networks.Mlp(4, [1 << 16, 3], 0);
        (Tensor features, Tensor target) = Networks.Rows(Rows, 4, 3);
        var runner = new OrtStepRunner(s_plain);
        AnnealException error;
        using (IGraphSession session = runner.Open(graphs.Step, graphs.StepState()))
        {
            error = Assert.Throws<AnnealException>(() => session.Run(Networks.Feeds(session, (features, target), 0.01f, 1), new Tensor?[session.Fetches.Count]))!;
        }

        Assert.That(error.IsOutOfMemory);
        Assert.That(error.Message, Does.Match(@"the device is out of memory: [\d.]+ MB were asked for"));
        int? fits = BatchFinder.Fitting(graphs, runner, new Trainer.Data.RowSet([features], target, [.. Enumerable.Range(0, Rows)]), 0, Rows);
        Assert.That(fits, Is.InRange(1, Rows / 2));
    }

    // Ends a training in its second epoch as a kill does: nothing is saved.
    private sealed class Killer : ILoopObserver
    {
        public void OnStep(in StepRecord step)
        {
            if (step.Epoch == 2)
            {
                throw new Death();
            }
        }

        public void On(LoopEvent happened)
        {
        }

        internal sealed class Death() : Exception("killed");
    }
}
