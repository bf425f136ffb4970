using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Execution;

internal sealed class SimdSessionTests
{
    private static readonly TensorType s_rows = TensorType.Of(DType.Float, Dim.Of("N"), 6);

    [Test]
    public void Run_TrainingStep_EqualsPlainInterpreter()
    {
        TrainingGraphs graphs = Networks.Mlp(20, [15, 10, 4], 0.3f);
        IReadOnlyList<StateBinding> state = graphs.StepState();
        using var runner = new SimdRunner(2);
        using SimdSession session = runner.OpenPlanned(graphs.Step, state);
        Dictionary<string, Tensor> expected = state.ToDictionary(s => s.Input, s => s.Initial);
        var fetches = new Tensor?[session.Fetches.Count];
        for (int step = 1; step <= 3; step++)
        {
            (Tensor Features, Tensor Target) rows = Networks.Rows(30, 20, 4, step);
            Tensor[] feeds = Networks.Feeds(session, rows, 0.01f, step);
            foreach ((ValueInfo info, Tensor feed) in session.Feeds.Zip(feeds))
            {
                expected[info.Name] = feed;
            }

            IReadOnlyDictionary<string, Tensor> values = GraphEvaluator.Run(graphs.Step.Graph, expected);
            session.Run(feeds, fetches);

            for (int i = 0; i < fetches.Length; i++)
            {
                Compare.Close(fetches[i], values[session.Fetches[i].Name], 1e-5, $"step {step}: {session.Fetches[i].Name}");
            }

            foreach (StateBinding binding in state)
            {
                expected[binding.Input] = values[binding.Output];
                Compare.Close(session.ReadState(binding.Input), values[binding.Output], 1e-4, $"step {step}: {binding.Input}");
            }
        }

        Assert.That(session.PlanFor(Networks.Feeds(session, Networks.Rows(30, 20, 4), 0.01f, 1)).StateCopies, Is.Zero, "every state is replaced in place");
    }

    // Random graphs of element-wise ops and views over two inputs, two states and a constant; any value may be fetched or replace a state.
    [Test]
    public void Run_RandomGraphs_EqualPlainInterpreter([Range(0, 119)] int trial)
    {
        (Graph graph, StateBinding[] state) = RandomGraph(trial);
        using var runner = new SimdRunner(1);
        using SimdSession session = runner.OpenPlanned(Model.Of(graph), state);
        Dictionary<string, Tensor> values = state.ToDictionary(s => s.Input, s => s.Initial);
        var fetches = new Tensor?[session.Fetches.Count];
        for (int run = 0; run < 3; run++)
        {
            Tensor[] feeds = [.. session.Feeds.Select((f, i) => Single(Sample.Real([4, 6], salt: (10 * run) + i)))];
            foreach ((ValueInfo info, Tensor feed) in session.Feeds.Zip(feeds))
            {
                values[info.Name] = feed;
            }

            IReadOnlyDictionary<string, Tensor> expected = GraphEvaluator.Run(graph, values);
            session.Run(feeds, fetches);

            for (int i = 0; i < fetches.Length; i++)
            {
                Compare.Close(fetches[i], expected[session.Fetches[i].Name], 1e-6, $"run {run}: {session.Fetches[i].Name}");
            }

            foreach (StateBinding binding in state)
            {
                values[binding.Input] = expected[binding.Output];
                Compare.Close(session.ReadState(binding.Input), expected[binding.Output], 1e-6, $"run {run}: {binding.Input}");
            }
        }
    }

    [Test]
    public void Run_ViewsAndElementwiseChain_ShareBuffers()
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", TensorType.Of(DType.Float, 4, 6));
        Value hidden = g.Node("Tanh", [x]);
        g.Output(g.Node("Relu", [g.Node("Neg", [g.Reshape(g.Node("Flatten", [hidden]), 24)])]), "y");
        using var runner = new SimdRunner(1);
        using SimdSession session = runner.OpenPlanned(Model.Of(g.Build()), []);
        Tensor at = Single(Sample.Real([4, 6]));
        var y = new Tensor?[1];

        session.Run([at], y);
        Plan plan = session.PlanFor([at]);

        Assert.That(plan.Steps.Select(s => s.Node.OpType), Is.EqualTo(new[] { "Tanh", "Neg", "Relu" }));
        Assert.That(plan.Steps.Select(s => s.InPlace), Is.EqualTo(new[] { false, true, true }));
        Assert.That(plan.ArenaBytes, Is.EqualTo(128), "one buffer of 24 floats");
        Compare.Close(y[0], Single(Tensor.Of<double>([24], [.. Compare.Doubles(at).Select(v => Math.Max(0, -Math.Tanh(v)))])), 1e-6, "y");
        Compare.Close(at, Single(Sample.Real([4, 6])), 0, "the feed is not written");
    }

    [Test]
    public void Run_FetchesThatNoNodeComputes_GiveFeedConstantAndState()
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", s_rows);
        Value w = g.Input("w", TensorType.Of(DType.Float, 2));
        Value c = g.Initializer("c", Tensor.Vector(5f, 6f));
        g.Output(x);
        g.Output(c);
        g.Output(w);
        g.Output(g.Mul(w, w), "w.next");
        using var runner = new SimdRunner(1);
        using SimdSession session = runner.OpenPlanned(Model.Of(g.Build()), [new StateBinding("w", "w.next", Tensor.Vector(2f, 3f))]);
        Tensor at = Single(Sample.Real([4, 6]));
        var fetches = new Tensor?[3];

        session.Run([at], fetches);

        Compare.Same(fetches[0], at, "the feed");
        Compare.Same(fetches[1], Tensor.Vector(5f, 6f), "the constant");
        Compare.Same(fetches[2], Tensor.Vector(2f, 3f), "the state as it was before the run");
        Compare.Same(session.ReadState("w"), Tensor.Vector(4f, 9f), "the state after it");
        fetches[0]!.Span<float>().Clear();
        Compare.Same(at, Single(Sample.Real([4, 6])), "a fetch is a copy");
    }

    [Test]
    public void Run_StateReadAfterItsReplacement_SeesTheOldValue()
    {
        var g = new GraphBuilder("g");
        Value w = g.Input("w", TensorType.Of(DType.Float, 2));
        Value gradient = g.Input("gradient", w.Type);
        Value rate = g.Input("lr", TensorType.Of(DType.Float));
        g.Output(g.Node("SgdStep", [w, gradient, rate], Attributes.Of(("weight_decay", 0f)), Model.AnnealDomain), "w.next");
        g.Output(g.Node("Neg", [w]), "before");
        using var runner = new SimdRunner(1);
        using SimdSession session = runner.OpenPlanned(Model.Of(g.Build()), [new StateBinding("w", "w.next", Tensor.Vector(1f, 2f))]);
        var fetches = new Tensor?[1];
        Tensor[] feeds = [Tensor.Vector(1f, 1f), Tensor.Scalar(0.5f)];

        session.Run(feeds, fetches);

        Compare.Same(fetches[0], Tensor.Vector(-1f, -2f), "before");
        Compare.Same(session.ReadState("w"), Tensor.Vector(0.5f, 1.5f), "after");
        Assert.That(session.PlanFor(feeds).StateCopies, Is.Zero);
    }

    [Test]
    public void Run_StatesExchanged_BothGetTheOthersOldValue()
    {
        var g = new GraphBuilder("g");
        Value a = g.Input("a", TensorType.Of(DType.Float, 2));
        Value b = g.Input("b", a.Type);
        g.Output(b, "a.next");
        g.Output(a, "b.next");
        using var runner = new SimdRunner(1);
        using SimdSession session = runner.OpenPlanned(
            Model.Of(g.Build()), [new StateBinding("a", "a.next", Tensor.Vector(1f, 2f)), new StateBinding("b", "b.next", Tensor.Vector(3f, 4f))]);

        session.Run([], []);

        Compare.Same(session.ReadState("a"), Tensor.Vector(3f, 4f), "a");
        Compare.Same(session.ReadState("b"), Tensor.Vector(1f, 2f), "b");
        Assert.That(session.PlanFor([]).StateCopies, Is.EqualTo(2));
    }

    [Test]
    public void Run_StateTakenFromAnotherThatIsReplaced_GetsItsOldValue([Values] bool takerFirst)
    {
        var g = new GraphBuilder("g");
        Value a = g.Input("a", TensorType.Of(DType.Float, 2));
        Value b = g.Input("b", a.Type);
        g.Output(b, "a.next");
        g.Output(g.Add(b, a), "b.next");
        StateBinding[] state = [new StateBinding("a", "a.next", Tensor.Vector(1f, 2f)), new StateBinding("b", "b.next", Tensor.Vector(3f, 4f))];
        using var runner = new SimdRunner(1);
        using SimdSession session = runner.OpenPlanned(Model.Of(g.Build()), takerFirst ? state : [state[1], state[0]]);

        session.Run([], []);

        Compare.Same(session.ReadState("a"), Tensor.Vector(3f, 4f), "a");
        Compare.Same(session.ReadState("b"), Tensor.Vector(4f, 6f), "b");
    }

    [Test]
    public void Run_BatchSizesInTurn_KeepsOnePlanEachAndOneState()
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", s_rows);
        Value total = g.Input("total", TensorType.Of(DType.Float));
        g.Output(g.Mul(x, 2), "y");
        g.Output(g.Add(total, g.ReduceSum(x, keepDims: false)), "total.next");
        using var runner = new SimdRunner(1);
        using SimdSession session = runner.OpenPlanned(Model.Of(g.Build()), [new StateBinding("total", "total.next", Tensor.Scalar(0f))]);
        Tensor[] batches = [Ones(4), Ones(1), Ones(4), Ones(1), Ones(7)];
        var fetches = new Tensor?[1];
        var plans = new HashSet<Plan>();
        foreach (Tensor batch in batches)
        {
            session.Run([batch], fetches);
            plans.Add(session.PlanFor([batch]));
            Compare.Same(fetches[0], Filled(batch.Shape[0], 2), "y");
        }

        Assert.That(plans, Has.Count.EqualTo(3));
        Compare.Same(session.ReadState("total"), Tensor.Scalar(6f * 17), "total");

        static Tensor Ones(int rows) => Filled(rows, 1);

        static Tensor Filled(int rows, float value) => Tensor.Of<float>([rows, 6], [.. Enumerable.Repeat(value, rows * 6)]);
    }

    [Test]
    public void Run_FetchOfRightShape_IsWrittenInPlace()
    {
        var g = new GraphBuilder("g");
        g.Output(g.Node("Neg", [g.Input("x", s_rows)]), "y");
        using var runner = new SimdRunner(1);
        using SimdSession session = runner.OpenPlanned(Model.Of(g.Build()), []);
        Tensor mine = Tensor.Zeros(DType.Float, 1, 6);
        Tensor?[] fetches = [mine];

        session.Run([Tensor.Of<float>([1, 6], [1, 2, 3, 4, 5, 6])], fetches);
        Assert.That(fetches[0], Is.SameAs(mine));
        Assert.That(mine.Span<float>()[5], Is.EqualTo(-6));

        session.Run([Tensor.Zeros(DType.Float, 2, 6)], fetches);
        Assert.That(fetches[0], Is.Not.SameAs(mine));
    }

    [Test]
    public void Run_FeedsThatDoNotFit_SayWhichAndWhatIsExpected()
    {
        var g = new GraphBuilder("twoInputs");
        Value x = g.Input("x", s_rows);
        g.Output(g.Add(x, g.Input("y", s_rows)), "sum");
        using var runner = new SimdRunner(1);
        using SimdSession session = runner.OpenPlanned(Model.Of(g.Build()), []);
        Tensor four = Tensor.Zeros(DType.Float, 4, 6);

        Assert.Multiple(() =>
        {
            Assert.That(Error([four]), Is.EqualTo("graph 'twoInputs' takes 2 inputs, got 1"));
            Assert.That(Error([four, Tensor.Zeros(DType.Float, 4, 5)]), Is.EqualTo("input 'y' is float[4,5], expected float[N,6], N = 4"));
            Assert.That(Error([Tensor.Zeros(DType.Float, 6), four]), Is.EqualTo("input 'x' is float[6], expected float[N,6]"));
            Assert.That(Error([four, Tensor.Zeros(DType.Double, 4, 6)]), Is.EqualTo("input 'y' is double[4,6], expected float[N,6], N = 4"));
            Assert.That(Error([four, Tensor.Zeros(DType.Float, 3, 6)]), Is.EqualTo("input 'y' is float[3,6], expected float[N,6], N = 4"));
        });

        string Error(Tensor[] feeds) => Assert.Throws<AnnealException>(() => session.Run(feeds, new Tensor?[1]))!.Message;
    }

    [Test]
    public void State_WrongNameOrShape_IsRefused()
    {
        var g = new GraphBuilder("g");
        Value w = g.Input("w", TensorType.Of(DType.Float, 2, 3));
        g.Output(g.Mul(w, 2), "y");
        using var runner = new SimdRunner(1);
        using SimdSession session = runner.OpenPlanned(Model.Of(g.Build()), [new StateBinding("w", "", Tensor.Zeros(DType.Float, 2, 3))]);

        Assert.Multiple(() =>
        {
            Assert.That(() => session.ReadState("v"), Throws.TypeOf<AnnealException>().With.Message.EqualTo("'v' is no state of graph 'g'"));
            Assert.That(
                () => session.WriteState("w", Tensor.Zeros(DType.Float, 3, 2)),
                Throws.TypeOf<AnnealException>().With.Message.EqualTo("state 'w' → expected float[2,3], got float[3,2]"));
        });
        session.WriteState("w", Single(Sample.Real([2, 3])));
        Compare.Same(session.ReadState("w"), Single(Sample.Real([2, 3])), "w");
    }

    [Test]
    public void FirstNonFinite_InfinityInTheMiddle_NamesItsNode()
    {
        var g = new GraphBuilder("g");
        Value x = g.Input("x", s_rows);
        Value shifted = g.Add(x, g.Scalar(1, DType.Float));
        Value logs;
        using (g.Scope("middle"))
        {
            logs = g.Log(shifted);
        }

        g.Output(g.Mul(logs, logs), "y");
        using var runner = new SimdRunner(1);
        using SimdSession session = runner.OpenPlanned(Model.Of(g.Build()), []);

        Assert.That(session.FirstNonFinite([Tensor.Zeros(DType.Float, 1, 6)]), Is.Null);
        Assert.That(session.FirstNonFinite([Tensor.Of<float>([1, 6], [0, 0, 0, 0, -1, 0])])?.Name, Is.EqualTo("middle/Log"));
    }

    [Test]
    public void Run_ThirtyStepsWithDropout_SameBitsForAnyThreadCount()
    {
        TrainingGraphs graphs = Networks.Mlp(150, [130, 70, 10], 0.4f);
        Dictionary<string, Tensor> alone = Train(graphs, 1);
        foreach (int threads in (int[])[2, 3, 8])
        {
            foreach ((string name, Tensor tensor) in Train(graphs, threads))
            {
                Compare.Same(tensor, alone[name], $"{name} with {threads} threads");
            }
        }

        Assert.That(graphs.Parameters.Select(p => p.Initial.Bytes.SequenceEqual(alone[p.Name].Bytes)), Is.All.False, "training changed every parameter");
    }

    [Test]
    public void Run_TrainingStepAfterWarmUp_AllocatesNothing([Values(1, 2)] int threads)
    {
        TrainingGraphs graphs = Networks.Mlp(50, [40, 30, 10], 0.3f);
        using var runner = new SimdRunner(threads);
        using IGraphSession session = runner.Open(graphs.Step, graphs.StepState());
        Tensor[] feeds = Networks.Feeds(session, Networks.Rows(64, 50, 10), 1e-3f, 1);
        var fetches = new Tensor?[session.Fetches.Count];
        for (int i = 0; i < 50; i++)
        {
            session.Run(feeds, fetches);
        }

        // The test host's and the JIT's own threads allocate now and then: one window without counts for the whole process.
        long caller = 0;
        long process = long.MaxValue;
        for (int window = 0; window < 300 && process > 0; window++)
        {
            long processBefore = GC.GetTotalAllocatedBytes(precise: true);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                session.Run(feeds, fetches);
            }

            caller += GC.GetAllocatedBytesForCurrentThread() - before;
            process = Math.Min(process, GC.GetTotalAllocatedBytes(precise: true) - processBefore);
        }

        Assert.That(caller, Is.Zero, "bytes on the calling thread");
        Assert.That(process, Is.Zero, "bytes in the whole process");
    }

    private static Dictionary<string, Tensor> Train(TrainingGraphs graphs, int threads)
    {
        using var runner = new SimdRunner(threads);
        using IGraphSession session = runner.Open(graphs.Step, graphs.StepState());
        var fetches = new Tensor?[session.Fetches.Count];
        (Tensor Features, Tensor Target)[] batches = [.. Enumerable.Range(0, 5).Select(b => Networks.Rows(100, 150, 10, b))];
        for (int step = 1; step <= 30; step++)
        {
            session.Run(Networks.Feeds(session, batches[step % 5], 1e-3f, step), fetches);
        }

        return graphs.StepState().ToDictionary(s => s.Input, s => session.ReadState(s.Input));
    }

    private static (Graph Graph, StateBinding[] State) RandomGraph(int trial)
    {
        ulong key = CounterRandom.Key((ulong)trial, "tests/graph");
        ulong counter = 0;
        var g = new GraphBuilder("random");
        var type = TensorType.Of(DType.Float, 4, 6);
        var values = new List<Value>
        {
            g.Input("x0", type), g.Input("x1", type), g.Input("s0", type), g.Input("s1", type), g.Initializer("c", Single(Sample.Real([4, 6], salt: 99))),
        };
        int count = 3 + Next(12);
        for (int i = 0; i < count; i++)
        {
            Value a = values[Next(values.Count)];
            Value b = values[Next(values.Count)];
            values.Add(Next(10) switch
            {
                0 => g.Node("Tanh", [a]),
                1 => g.Node("Relu", [a]),
                2 => g.Neg(a),
                3 => g.Mul(g.Node("Tanh", [a]), b),
                4 => g.Sub(a, b),
                5 => g.Where(g.Greater(a, b), a, b),
                6 => g.Reshape(g.Node("Sigmoid", [g.Reshape(a, 24)]), 4, 6),
                7 => g.Squeeze(g.Node("Neg", [g.Unsqueeze(a, 0)]), 0),
                8 => g.Node("Identity", [a]),
                _ => g.Mul(g.Add(a, b), 0.5),
            });
        }

        for (int i = 0; i < 3; i++)
        {
            g.Output(values[Next(values.Count)], $"y{i}");
        }

        g.Output(values[Next(values.Count)], "s0.next");
        g.Output(values[Next(values.Count)], "s1.next");
        return (g.Build(), [new StateBinding("s0", "s0.next", Single(Sample.Real([4, 6], salt: 7))), new StateBinding("s1", "s1.next", Single(Sample.Real([4, 6], salt: 8)))]);

        int Next(int bound) => (int)(CounterRandom.UInt32(key, counter++) % (uint)bound);
    }

    private static Tensor Single(Tensor wide) => Tensor.Of<float>(wide.Shape, [.. wide.Span<double>().ToArray().Select(v => (float)v)]);
}
