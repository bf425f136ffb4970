using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Tests.Loop;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Tests.Serving;

/// <summary>Steps that run as captured ones do, on the CPU: from the same places, after the same trial, the state put back after what stands for the capture.</summary>
internal sealed class CaptureTests
{
    private static readonly OrtOptions s_plain = new() { Threads = 1 };
    private static readonly OrtOptions s_captured = s_plain with { Capture = CaptureMode.On, RehearsesCapture = true };

    [Test]
    public void Train_Captured_GivesTheBitsOfPlainSteps([Values] bool isInterrupted)
    {
        using var trained = new Trained();
        var trace = new LoopTrace();
        LoopOutcome plain = trained.Run(Trained.Options(3), trained.Store("plain"), trace, new OrtStepRunner(s_plain));
        var mine = new LoopTrace { StopAfter = isInterrupted ? 10 : 0 };
        var runner = new OrtStepRunner(s_captured);
        LoopOutcome captured = trained.Run(Trained.Options(3), trained.Store("captured"), mine, runner, mine.Cancel.Token);
        if (isInterrupted)
        {
            Assert.That(captured.Interrupted);
            captured = trained.Run(Trained.Options(3), trained.Store("captured"), new LoopTrace(), runner);
        }
        else
        {
            Assert.That(mine.Steps.Select(s => s.Loss), Is.EqualTo(trace.Steps.Select(s => s.Loss)), "the last of each epoch has 8 rows in place of 32");
        }

        foreach ((string name, Tensor value) in plain.Parameters)
        {
            Compare.Same(captured.Parameters[name], value, name);
        }

        Assert.That(runner.Placements.Select(p => (p.Captured, p.NotCaptured)), Is.All.EqualTo((true, (string?)null)));
    }

    [Test]
    public void Run_ConvolutionsAndBatchNorm_TakeTheShortBatchWithItsOwnRowsAlone()
    {
        TrainingGraphs graphs = ConvNet();
        using IGraphSession plain = new OrtStepRunner(s_plain).Open(graphs.Step, graphs.StepState());
        using var captured = (OrtShapedSession)new OrtStepRunner(s_captured).Open(graphs.Step, graphs.StepState());
        var expected = new Tensor?[plain.Fetches.Count];
        var actual = new Tensor?[plain.Fetches.Count];
        int step = 0;
        foreach (int rows in (int[])[12, 12, 12, 5, 12, 5, 12])
        {
            Tensor[] feeds = Feeds(plain, rows, ++step);
            plain.Run(feeds, expected);
            captured.Run(feeds, actual);
            for (int i = 0; i < expected.Length; i++)
            {
                Compare.Same(actual[i]!, expected[i]!, plain.Fetches[i].Name);
            }
        }

        foreach (StateBinding state in graphs.StepState())
        {
            Compare.Same(captured.ReadState(state.Input), plain.ReadState(state.Input), state.Input);
        }

        Assert.That(captured.Shapes.Replays, Is.EqualTo(4), "all of 12 rows but the first");
    }

    [Test]
    public void Run_ShortBatchFirst_ReplaysTheWholeOnesAlone()
    {
        TrainingGraphs graphs = ConvNet();
        using var session = (OrtShapedSession)new OrtStepRunner(s_captured).Open(graphs.Step, graphs.StepState());
        int step = 0;
        foreach (int rows in (int[])[5, 12, 5, 12, 5])
        {
            session.Run(Feeds(session, rows, ++step), new Tensor?[session.Fetches.Count]);
        }

        Assert.That(session.Shapes.Replays, Is.EqualTo(1));
    }

    [Test]
    public void Enqueue_OneStepAfterAnother_BindsTheSamePlacesEachTime()
    {
        TrainingGraphs graphs = Networks.Mlp(6, [5, 3], 0.2f);
        using var session = (OrtShapedSession)new OrtStepRunner(s_captured).Open(graphs.Step, graphs.StepState());
        var places = new List<IReadOnlyDictionary<string, nint>>();
        var fetches = new Tensor?[session.Fetches.Count];
        for (int step = 1; step <= 6; step++)
        {
            session.Enqueue(Networks.Feeds(session, Networks.Rows(8, 6, 3, salt: step), 0.01f, step));
            session.Dequeue(fetches);
            places.Add(session.Shapes.Places);
        }

        string[] names = [.. graphs.Step.Graph.Inputs.Concat(graphs.Step.Graph.Outputs).Select(i => i.Name)];
        Assert.That(places[0].Keys, Is.EquivalentTo(names));
        Assert.That(places[0].Values, Has.None.Zero);
        Assert.That(places, Is.All.EqualTo(places[0]));
        Assert.That(places[0]["dense1.weight"], Is.EqualTo(places[0]["dense1.weight.next"]), "replaced where it lies");
        session.WriteState("dense1.weight", Tensor.Zeros(DType.Float, 6, 5));
        session.Run(Networks.Feeds(session, Networks.Rows(8, 6, 3), 0.01f, 7), fetches);
        Assert.That(session.Shapes.Places, Is.EqualTo(places[0]), "a state that was written keeps its place");
    }

    [Test]
    public void Run_StateInTwoBuffers_HasAGraphForEachTurn()
    {
        Model model = ReadElsewhere();
        StateBinding[] state = [new("w", "w.next", Tensor.Of<float>([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]))];
        using IGraphSession plain = new OrtStepRunner(s_plain).Open(model, state);
        using var captured = (OrtShapedSession)new OrtStepRunner(s_captured).Open(model, state);
        Tensor feed = Tensor.Of<float>([3, 3], [.5f, 0, 0, 0, .25f, 0, 0, 0, -1]);
        var places = new List<nint>();
        for (int i = 0; i < 7; i++)
        {
            plain.Run([feed], new Tensor?[1]);
            captured.Run([feed], new Tensor?[1]);
            places.Add(captured.Shapes.Places["w"]);
            Compare.Same(captured.ReadState("w"), plain.ReadState("w"), "w");
        }

        Assert.That(places.Distinct().Count(), Is.EqualTo(2));
        Assert.That(places.Where((_, i) => i % 2 == 0), Is.All.EqualTo(places[0]));
        Assert.That(captured.Shapes.Replays, Is.EqualTo(6));
    }

    [Test]
    public void Run_BesideStepsThatWereBegun_GoesOnFromTheirState()
    {
        using var session = (OrtShapedSession)new OrtStepRunner(s_captured).Open(Models.Counter(), [new StateBinding("total", "next", Tensor.Vector(0f, 0f))]);
        session.Enqueue([Tensor.Vector(1f, 2f)]);
        session.Enqueue([Tensor.Vector(1f, 2f)]);
        var fetches = new Tensor?[1];
        session.Run([Tensor.Vector(1f, 2f)], fetches);

        Assert.That(fetches[0]!.Span<float>().ToArray(), Is.EqualTo(new[] { 4f, 8f }));
        session.Dequeue(fetches);
        Assert.That(fetches[0]!.Span<float>().ToArray(), Is.EqualTo(new[] { 0f, 0f }));
        session.Dequeue(fetches);
        Assert.That(fetches[0]!.Span<float>().ToArray(), Is.EqualTo(new[] { 2f, 4f }));
    }

    [Test]
    public void Open_StepThatTheTrialCannotTake_FallsBackWithTheReasonOrFails()
    {
        var g = new GraphBuilder("lookup");
        Value table = g.Input("table", TensorType.Of(DType.Float, 3));
        Value at = g.Input("at", TensorType.Of(DType.Int64, Dim.Of("N")));
        g.Output(g.ReduceSum(g.Node("Gather", [table, g.Sub(at, g.Scalar(4, DType.Int64))]), keepDims: false, 0), "sum");
        g.Output(g.Add(table, table), "table.next");
        Model model = Model.Of(g.Build());
        StateBinding[] state = [new("table", "table.next", Tensor.Vector(1f, 2f, 3f))];
        var runner = new OrtStepRunner(s_captured with { Capture = CaptureMode.Auto });
        var fetches = new Tensor?[1];
        using (IGraphSession session = runner.Open(model, state))
        {
            session.Run([Tensor.Vector(4L, 6L)], fetches);
        }

        Assert.That(fetches[0]!.Span<float>()[0], Is.EqualTo(4), "the state is not that of the trial");
        OrtPlacement placement = runner.Placements.Single();
        Assert.That(placement.Captured, Is.False);
        Assert.That(placement.NotCaptured, Does.Contain("out of"));
        Assert.That(
            () => new OrtStepRunner(s_captured).Open(model, state),
            Throws.TypeOf<AnnealException>().With.Message.Matches("the step cannot be captured on ort-cpu: .*out of.*hint: set train.capture: auto"));
    }

    [TestCase(CaptureMode.Off, "capturing is switched off")]
    [TestCase(CaptureMode.Auto, "the CPU captures nothing")]
    public void Open_OnTheCpu_SaysWhyTheStepIsNotCaptured(CaptureMode mode, string reason)
    {
        var runner = new OrtStepRunner(s_plain with { Capture = mode });
        using (IGraphSession session = runner.Open(Models.Counter(), [new StateBinding("total", "next", Tensor.Vector(0f, 0f))]))
        {
            session.Run([Tensor.Vector(1f, 2f)], new Tensor?[1]);
        }

        Assert.That(runner.Placements.Single().NotCaptured, Is.EqualTo(reason));
    }

    [Test]
    public void Open_OnTheCpuWhereCaptureIsAskedFor_IsAnError()
    {
        var runner = new OrtStepRunner(s_plain with { Capture = CaptureMode.On });

        Assert.That(
            () => runner.Open(Models.Counter(), [new StateBinding("total", "next", Tensor.Vector(0f, 0f))]),
            Throws.TypeOf<AnnealException>().With.Message.StartsWith("the step cannot be captured on ort-cpu: the CPU captures nothing"));
    }

    // w is read by a product that nothing orders before its replacement, and there is no scalar to order it through.
    private static Model ReadElsewhere()
    {
        var g = new GraphBuilder("read elsewhere");
        Value w = g.Input("w", TensorType.Of(DType.Float, 3, 3));
        Value x = g.Input("x", TensorType.Of(DType.Float, 3, 3));
        g.Output(g.ReduceSum(g.MatMul(x, w), keepDims: false, 0, 1), "seen");
        g.Output(g.Sub(w, x), "w.next");
        return Model.Of(g.Build());
    }

    private static TrainingGraphs ConvNet()
    {
        var g = new GraphBuilder("features");
        g.Output(g.Input(Networks.Input, TensorType.Of(DType.Float, Dim.Of("N"), 1, 6, 6)), "features");
        Graph identity = g.Build();
        Layer[] layers =
        [
            new Layer.Conv("conv", Origin.None, 4, 3, 1, null, 1, Activation.Linear, true, Initializer.Auto),
            new Layer.BatchNorm("norm", Origin.None, 0.9f, 1e-5f),
            new Layer.Activate("relu", Origin.None, Activation.Relu),
            new Layer.MaxPool("pool", Origin.None, 2, 2, 0),
            new Layer.Flatten("flatten", Origin.None),
            new Layer.Dropout("dropout", Origin.None, 0.2f),
            new Layer.Dense("dense", Origin.None, 3, Activation.Linear, true, Initializer.Auto),
        ];
        return TrainingGraphs.Build(new Network(layers), identity, identity, new TargetSpec(LearningTask.Classification, 3), Optimizer.Adam(), 7);
    }

    private static Tensor[] Feeds(IGraphSession session, int rows, int step)
    {
        (Tensor features, Tensor target) = Networks.Rows(rows, 36, 3, salt: step);
        return Networks.Feeds(session, (Tensor.Of<float>([rows, 1, 6, 6], features.Span<float>()), target), 0.01f, step);
    }
}
