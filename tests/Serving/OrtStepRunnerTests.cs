using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Tests.Loop;
using Anneal.Trainer.Data;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;
using Evaluator = Anneal.Trainer.Loop.Evaluator;

namespace Anneal.Tests.Serving;

internal sealed class OrtStepRunnerTests
{
    private readonly OrtStepRunner _runner = new(new OrtOptions { Threads = 1 });

    [Test]
    public void Enqueue_RunsAhead_GiveTheirOutputsInOrderFromTheFeedsAsTheyWere()
    {
        using var session = (IQueuedSession)_runner.Open(Models.Counter(), [new StateBinding("total", "next", Tensor.Vector(0f, 10f))]);
        Tensor step = Tensor.Vector(1f, 2f);
        var twice = new List<float>();
        var fetches = new Tensor?[1];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < session.Capacity; i++)
            {
                step.Span<float>()[0] = i + 1;
                session.Enqueue([step]);
                step.Span<float>()[0] = -1000;
            }

            for (int i = 0; i < session.Capacity; i++)
            {
                session.Dequeue(fetches);
                twice.Add(fetches[0]!.Span<float>()[0]);
            }
        }

        int cycle = session.Capacity * (session.Capacity + 1) / 2;
        Assert.That(session.Capacity, Is.GreaterThan(1));
        Assert.That(twice, Is.EqualTo(from round in Enumerable.Range(0, 3) from i in Enumerable.Range(0, session.Capacity) select 2f * ((round * cycle) + (i * (i + 1) / 2))));
        Assert.That(session.ReadState("total").Span<float>().ToArray(), Is.EqualTo(new[] { 3f * cycle, 10f + (2 * 3 * session.Capacity) }));
    }

    [Test]
    public void ReadState_WithRunsUnderWay_WaitsForThem()
    {
        using var session = (IQueuedSession)_runner.Open(Models.Counter(), [new StateBinding("total", "next", Tensor.Vector(0f, 0f))]);
        for (int i = 0; i < 5; i++)
        {
            session.Enqueue([Tensor.Vector(1f, 1f)]);
        }

        Assert.That(session.ReadState("total").Span<float>()[0], Is.EqualTo(5));
        session.WriteState("total", Tensor.Vector(100f, 0f));
        var fetches = new Tensor?[1];
        session.Run([Tensor.Vector(1f, 1f)], fetches);
        Assert.That(fetches[0]!.Span<float>()[0], Is.EqualTo(200), "a run beside the queue goes on from its state");
        session.Dequeue(fetches);
        Assert.That(fetches[0]!.Span<float>()[0], Is.Zero, "the outputs of the first run still wait");
    }

    [Test]
    public void Enqueue_BeyondTheCapacity_IsRefused()
    {
        using var session = (IQueuedSession)_runner.Open(Models.Counter(), [new StateBinding("total", "next", Tensor.Vector(0f, 0f))]);
        for (int i = 0; i < session.Capacity; i++)
        {
            session.Enqueue([Tensor.Vector(1f, 1f)]);
        }

        Assert.That(() => session.Enqueue([Tensor.Vector(1f, 1f)]), Throws.InvalidOperationException);
        Assert.That(() => session.Enqueue([Tensor.Vector(1f)]), Throws.Exception);
    }

    [Test]
    public void Enqueue_FeedOfWrongShape_NamesTheInput()
    {
        using var session = (IQueuedSession)_runner.Open(Models.Counter(), [new StateBinding("total", "next", Tensor.Vector(0f, 0f))]);

        Assert.That(() => session.Enqueue([Tensor.Vector(1f)]), Throws.TypeOf<AnnealException>().With.Message.EqualTo("input 'step' → expected float[2], got float[1]"));
    }

    [Test]
    public void Run_StateThatIsReadElsewhere_HasTheSameValuesInPlaceAndInTwoBuffers([Values] bool hasScalar)
    {
        var g = new GraphBuilder("read elsewhere");
        Value w = g.Input("w", TensorType.Of(DType.Float, 64, 64));
        Value x = g.Input("x", TensorType.Of(DType.Float, 64, 64));
        Value rate = g.Input("lr", TensorType.Of(DType.Float));
        g.Output(g.ReduceSum(g.MatMul(x, w), keepDims: false, 0, 1), "seen");
        g.Output(hasScalar ? g.Sub(w, g.Mul(x, rate)) : g.Sub(w, x), "w.next");
        Model model = Model.Of(g.Build());
        StateBinding[] state = [new("w", "w.next", Floats(1))];
        Tensor feed = Floats(2);
        var runner = new OrtStepRunner(new OrtOptions { Threads = 2 });
        using IGraphSession session = runner.Open(model, state);
        using IGraphSession reference = new OrtRunner(new OrtOptions { Threads = 1 }).Open(model, state);
        var mine = new Tensor?[1];
        var theirs = new Tensor?[1];
        for (int i = 0; i < 20; i++)
        {
            session.Run([feed, Tensor.Scalar(0.01f)], mine);
            reference.Run([feed, Tensor.Scalar(0.01f)], theirs);
            Assert.That(mine[0]!.Span<float>()[0], Is.EqualTo(theirs[0]!.Span<float>()[0]).Within(1e-2), $"run {i}: sums of 4096 products in another order");
        }

        Compare.Same(session.ReadState("w"), reference.ReadState("w"), "w");
        OrtPlacement placement = runner.Placements.Single();
        Assert.That((placement.InPlace, placement.TwoBuffers), Is.EqualTo(hasScalar ? (1, 0) : (0, 1)));
    }

    [Test]
    public void Placements_AfterTheFirstStep_TellWhereNodesRan()
    {
        TrainingGraphs graphs = Networks.Mlp(20, [15, 4], 0.3f);
        var runner = new OrtStepRunner(new OrtOptions { Threads = 1 });
        using (IGraphSession session = runner.Open(graphs.Step, graphs.StepState()))
        {
            Assert.That(runner.Placements, Is.Empty);
            session.Run(Networks.Feeds(session, Networks.Rows(8, 20, 4), 1e-3f, 1), new Tensor?[session.Fetches.Count]);
        }

        OrtPlacement placement = runner.Placements.Single();
        Assert.That(placement.Nodes.Keys, Is.EqualTo(new[] { "CPUExecutionProvider" }));
        Assert.That(placement.Nodes["CPUExecutionProvider"], Is.InRange(30, 300));
        Assert.That((placement.Memcpy, placement.Fallback.Count, placement.TwoBuffers, placement.InPlace), Is.EqualTo((0, 0, 0, 12)), "four parameters with two states each");
        Assert.That(placement.NotCaptured, Is.Not.Null);
    }

    [Test]
    public void Train_OnOnnxRuntime_GivesTheSimdEnginesRun()
    {
        using var trained = new Trained();
        var trace = new LoopTrace();
        LoopOutcome reference = trained.Run(Trained.Options(3), trained.Store("simd"), trace);
        var mine = new LoopTrace();
        using var evaluator = new Evaluator(trained.Graphs, _runner, trained.Validation);
        LoopOutcome outcome = new TrainingLoop(trained.Graphs, _runner, trained.Rows, evaluator, Trained.Options(3), trained.Store("ort"), mine).Run(default);

        Assert.That(mine.Steps.Select(s => (s.Epoch, s.StepInEpoch, s.Step, s.Rows, s.Rate)), Is.EqualTo(trace.Steps.Select(s => (s.Epoch, s.StepInEpoch, s.Step, s.Rows, s.Rate))));
        Assert.That(mine.Steps.Select(s => s.Loss), Is.EqualTo(trace.Steps.Select(s => s.Loss)).Within(1e-4), "float sums in another order, over 21 steps");
        Assert.That(outcome.State.History[^1].Validation["loss"], Is.EqualTo(reference.State.History[^1].Validation["loss"]).Within(1e-4));
        foreach ((string name, Tensor value) in outcome.Parameters)
        {
            Compare.Close(value, reference.Parameters[name], 1e-3, name);
        }
    }

    // 200 rows in batches of 8: of 20 batches a step and an epoch's last step has 5. Results of 16 runs are kept, so five steps of 3 are begun ahead, and one of 20 gives up its first results meanwhile.
    [TestCase(1, 16)]
    [TestCase(3, 5)]
    [TestCase(20, 1)]
    public void Train_StepsOfSeveralBatches_AreBegunAheadAndGiveTheSimdEnginesLosses(int accumulate, int ahead)
    {
        using var trained = new Trained(0.2f, new UpdateSettings(Optimizer.Momentum()) { Accumulate = accumulate });
        LoopOptions options = Trained.Options(2) with { Batch = 8 };
        var simd = new LoopTrace();
        LoopOutcome reference = trained.Run(options, trained.Store("simd"), simd);
        var ort = new LoopTrace();
        LoopOutcome outcome = trained.Run(options, trained.Store("ort"), ort, _runner);
        using var driver = new GradientDriver(_runner.Open(trained.Graphs.Step, trained.Graphs.StepState()), trained.Graphs);

        Assert.That(driver.Ahead, Is.EqualTo(ahead));
        Assert.That(ort.Steps.Select(s => (s.Step, s.Rows)), Is.EqualTo(simd.Steps.Select(s => (s.Step, s.Rows))));
        Assert.That(ort.Steps.Select(s => s.Loss), Is.EqualTo(simd.Steps.Select(s => s.Loss)).Within(1e-4), "float sums in another order");
        Assert.That(outcome.State.History[^1].Train["accuracy"], Is.EqualTo(reference.State.History[^1].Train["accuracy"]).Within(0.011), "one row or two of 200");
        foreach ((string name, Tensor value) in outcome.Parameters)
        {
            Compare.Close(value, reference.Parameters[name], 1e-3, name);
        }
    }

    [Test]
    public void Begin_UntilNoMoreMayBe_LeavesTheNewerHalfComputing()
    {
        using var trained = new Trained();
        using var driver = new GradientDriver(_runner.Open(trained.Graphs.Step, trained.Graphs.StepState()), trained.Graphs);
        var pending = new PendingSteps(driver);
        using var feed = new BatchFeed(trained.Rows.Features, trained.Rows.Target, trained.Rows.Rows, 8, seed: 1);
        for (int step = 1; !pending.IsFull; step++)
        {
            pending.Begin(feed, new StepRecord(1, step, step, 8, 0, 0.01f), step);
        }

        Assert.That((pending.Count, pending.Left), Is.EqualTo((16, 8)));
        Assert.That(pending.TryTake(out StepRecord first, out StepResult result));
        Assert.That((first.Step, first.Loss), Is.EqualTo((1L, result.Loss)));
        Assert.That(pending.IsFull, Is.False);
        while (pending.TryTake(out first, out _))
        {
        }

        Assert.That(first, Is.EqualTo(default(StepRecord)));
    }

    [Test]
    public void Train_InterruptedOnOnnxRuntime_ResumesToTheSameBits()
    {
        using var trained = new Trained();
        LoopOutcome whole = Run(trained, "whole", new LoopTrace());
        var stopping = new LoopTrace { StopAfter = 10 };
        LoopOutcome stopped = Run(trained, "stopped", stopping);
        LoopOutcome resumed = Run(trained, "stopped", new LoopTrace());

        Assert.That(stopped.Interrupted);
        Assert.That(stopped.State.Step, Is.GreaterThanOrEqualTo(10));
        foreach ((string name, Tensor value) in resumed.Parameters)
        {
            Compare.Same(value, whole.Parameters[name], name);
        }

        LoopOutcome Run(Trained on, string store, LoopTrace trace)
        {
            using var evaluator = new Evaluator(on.Graphs, _runner, on.Validation);
            return new TrainingLoop(on.Graphs, _runner, on.Rows, evaluator, Trained.Options(3), on.Store(store), trace).Run(trace.Cancel.Token);
        }
    }

    [Test]
    public void Train_LossThatIsNotFinite_NamesTheStepThatGaveIt()
    {
        using var trained = new Trained(dropout: 0);
        using var evaluator = new Evaluator(trained.Graphs, _runner, trained.Validation);
        var loop = new TrainingLoop(trained.Graphs, _runner, trained.Rows, evaluator, Trained.Options(3, rate: 1e30f), trained.Store("wild"), new LoopTrace());

        AnnealException error = Assert.Throws<AnnealException>(() => loop.Run(default))!;

        Assert.That(error.Code, Is.EqualTo(ExitCode.GateFailed));
        Assert.That(error.Message, Does.Match(@"epoch 1, step \d: the loss is (NaN|∞|Infinity)"));
    }

    private static Tensor Floats(int salt) =>
        Tensor.Of<float>([64, 64], [.. Sample.Real([64, 64], salt: salt).Span<double>().ToArray().Select(v => (float)v)]);

    [TestCase(true, "1")]
    [TestCase(false, "0")]
    public void CudaSettings_CapturedOrNot_KeepFullPrecision(bool captures, string capture) => Assert.That(
        OrtSessions.CudaSettings(new OrtOptions { Captures = captures }),
        Is.EquivalentTo(new Dictionary<string, string> { ["use_tf32"] = "0", ["cudnn_conv_algo_search"] = "HEURISTIC", ["enable_cuda_graph"] = capture }));
}
