using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Serving;

namespace Anneal.Tests.Serving;

public sealed class OrtRunnerTests
{
    private readonly OrtRunner _runner = new(new OrtOptions { Threads = 1 });

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(0)]
    public void Run_GraphOfTwoNodes_EqualsKernels(int rows)
    {
        Model model = Models.Rows();
        Tensor x = Tensor.Zeros(DType.Float, rows, 2);
        for (int i = 0; i < x.Length; i++)
        {
            x.Span<float>()[i] = i - 2.25f;
        }

        using IGraphSession session = _runner.Open(model, []);
        var fetches = new Tensor?[1];
        session.Run([x], fetches);

        Node add = model.Graph.Nodes[0];
        Tensor sum = Evaluator.Run(add, [x, model.Graph.Initializers[add.Inputs[1]]])[0]!;
        Tensor expected = Evaluator.Run(model.Graph.Nodes[1], [sum])[0]!;
        Assert.That(fetches[0]!.Span<float>().ToArray(), Is.EqualTo(expected.Span<float>().ToArray()));
        Assert.That(fetches[0]!.Shape.ToArray(), Is.EqualTo(new[] { rows, 2 }));
    }

    [Test]
    public void Run_StateWithOutput_IsReplacedEachRunAndKeepsItsOldValueForTheRun()
    {
        using IGraphSession session = _runner.Open(Models.Counter(), [new StateBinding("total", "next", Tensor.Vector(0f, 10f))]);
        Tensor step = Tensor.Vector(1f, 2f);
        var twice = new List<float>();
        var fetches = new Tensor?[1];
        for (int i = 0; i < 10; i++)
        {
            session.Run([step], fetches);
            twice.Add(fetches[0]!.Span<float>()[0]);
        }

        Assert.That(session.Feeds.Select(f => f.Name), Is.EqualTo(new[] { "step" }));
        Assert.That(session.Fetches.Select(f => f.Name), Is.EqualTo(new[] { "twice" }));
        Assert.That(twice, Is.EqualTo(Enumerable.Range(0, 10).Select(i => 2f * i)));
        Assert.That(session.ReadState("total").Span<float>().ToArray(), Is.EqualTo(new[] { 10f, 30f }));
    }

    [Test]
    public void WriteState_AfterAnOddNumberOfRuns_IsWhatTheNextRunReads()
    {
        using IGraphSession session = _runner.Open(Models.Counter(), [new StateBinding("total", "next", Tensor.Vector(0f, 0f))]);
        Tensor step = Tensor.Vector(1f, 1f);
        var fetches = new Tensor?[1];
        session.Run([step], fetches);
        session.WriteState("total", Tensor.Vector(100f, 200f));
        session.Run([step], fetches);

        Assert.That(fetches[0]!.Span<float>().ToArray(), Is.EqualTo(new[] { 200f, 400f }));
        Assert.That(session.ReadState("total").Span<float>().ToArray(), Is.EqualTo(new[] { 101f, 201f }));
        Assert.That(() => session.WriteState("total", Tensor.Vector(1f)),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo("state 'total' → expected float[2], got float[1]"));
    }

    [Test]
    public void Run_StateWithoutOutput_StaysUntilWritten()
    {
        using IGraphSession session = _runner.Open(Models.Counter(), [new StateBinding("total", "", Tensor.Vector(3f, 4f))]);
        var fetches = new Tensor?[2];
        for (int i = 0; i < 3; i++)
        {
            session.Run([Tensor.Vector(1f, 1f)], fetches);
            Assert.That(fetches[0]!.Span<float>().ToArray(), Is.EqualTo(new[] { 4f, 5f }));
        }

        session.WriteState("total", Tensor.Vector(0f, 0f));
        session.Run([Tensor.Vector(1f, 1f)], fetches);
        Assert.That(fetches[0]!.Span<float>().ToArray(), Is.EqualTo(new[] { 1f, 1f }));
    }

    [Test]
    public void Run_FetchThatFits_IsWrittenInPlace()
    {
        using IGraphSession session = _runner.Open(Models.Rows(), []);
        Tensor mine = Tensor.Zeros(DType.Float, 2, 2);
        Tensor?[] fetches = [mine];
        session.Run([Tensor.Of<float>([2, 2], [1, 2, 3, 4])], fetches);
        Assert.That(fetches[0], Is.SameAs(mine));
        Assert.That(mine.Span<float>().ToArray(), Is.EqualTo(new[] { 1.5f, 1.5f, 3.5f, 3.5f }));

        session.Run([Tensor.Of<float>([1, 2], [5, 6])], fetches);
        Assert.That(fetches[0], Is.Not.SameAs(mine), "another batch size has another shape");
        Assert.That(mine.Span<float>().ToArray(), Is.EqualTo(new[] { 1.5f, 1.5f, 3.5f, 3.5f }));
    }

    [Test]
    public void Run_SameFeedTensorWithNewContent_IsReadAnew()
    {
        using IGraphSession session = _runner.Open(Models.Rows(), []);
        Tensor x = Tensor.Of<float>([1, 2], [1, 2]);
        var fetches = new Tensor?[1];
        session.Run([x], fetches);
        x.Span<float>()[0] = 7;
        session.Run([x], fetches);
        Assert.That(fetches[0]!.Span<float>().ToArray(), Is.EqualTo(new[] { 7.5f, 1.5f }));
    }

    [Test]
    public void Run_Strings_GoInAndComeOut()
    {
        var g = new GraphBuilder("strings");
        Value x = g.Input("x", TensorType.Of(DType.String, Dim.Of("N"), 1));
        g.Output(g.Node("Identity", [x]), "y");
        using IGraphSession session = _runner.Open(Model.Of(g.Build()), []);
        var fetches = new Tensor?[1];
        session.Run([Tensor.OfStrings([3, 1], ["ä,\"b", "", "雪"])], fetches);
        Assert.That(fetches[0]!.Strings, Is.EqualTo(new[] { "ä,\"b", "", "雪" }));
        session.Run([Tensor.OfStrings([1, 1], ["z"])], fetches);
        Assert.That(fetches[0]!.Strings, Is.EqualTo(new[] { "z" }));
    }

    [Test]
    public void Run_FeedOfWrongShapeOrType_NamesTheInput()
    {
        using IGraphSession session = _runner.Open(Models.Rows(), []);
        Assert.That(() => session.Run([Tensor.Zeros(DType.Float, 4, 3)], new Tensor?[1]),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo("input 'x' → expected float[N,2], got float[4,3]"));
        Assert.That(() => session.Run([Tensor.Zeros(DType.Double, 4, 2)], new Tensor?[1]),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo("input 'x' → expected float[N,2], got double[4,2]"));
    }

    [Test]
    public void Run_FeedsOfDifferentBatchSizes_NameTheDimension()
    {
        var g = new GraphBuilder("two");
        Value a = g.Input("a", TensorType.Of(DType.Float, Dim.Of("N")));
        Value b = g.Input("b", TensorType.Of(DType.Float, Dim.Of("N")));
        g.Output(g.Add(a, b), "sum");
        using IGraphSession session = _runner.Open(Model.Of(g.Build()), []);
        Assert.That(() => session.Run([Tensor.Zeros(DType.Float, 3), Tensor.Zeros(DType.Float, 1)], new Tensor?[1]),
            Throws.TypeOf<AnnealException>().With.Message.EqualTo("input 'b' → dimension 'N' is 1 here and 3 in another input"));
    }

    [Test]
    public void Run_OutputWhoseSizeDependsOnTheData_IsFetched()
    {
        var g = new GraphBuilder("range");
        Value limit = g.Input("limit", TensorType.Of(DType.Int64));
        g.Output(g.Node("Range", [g.Constant(Tensor.Scalar(0L)), limit, g.Constant(Tensor.Scalar(1L))]), "numbers");
        using IGraphSession session = _runner.Open(Model.Of(g.Build()), []);
        var fetches = new Tensor?[1];
        foreach (long size in new[] { 3L, 0L, 5L })
        {
            session.Run([Tensor.Scalar(size)], fetches);
            Assert.That(fetches[0]!.Span<long>().ToArray(), Is.EqualTo(Enumerable.Range(0, (int)size).Select(i => (long)i)));
        }
    }

    [Test]
    public void Open_StateThatTheGraphLacks_IsAnError() => Assert.That(
        () => _runner.Open(Models.Counter(), [new StateBinding("sum", "next", Tensor.Vector(0f, 0f))]),
        Throws.TypeOf<AnnealException>().With.Message.Contains("no input 'sum'"));

    [Test]
    public void Open_CudaThatCannotLoad_SaysWhatIsMissing()
    {
        if (OrtInfo.Problem(OrtDevice.Cuda) is not { } problem)
        {
            Assert.Ignore("CUDA works here");
            return;
        }

        var runner = new OrtRunner(new OrtOptions { Device = OrtDevice.Cuda });
        AnnealException error = Assert.Throws<AnnealException>(() => runner.Open(Models.Rows(), []))!;
        Assert.That(error.Code, Is.EqualTo(ExitCode.Data));
        Assert.That(error.Message, Does.Contain("CUDA provider").And.Contain("--device cpu").And.EqualTo(problem));
        Assert.That(runner.Name, Is.EqualTo("ort-cuda"));
    }

    [Test]
    public void Info_OnThisMachine_KnowsVersionAndTheCpu()
    {
        Assert.That(OrtInfo.Version, Is.EqualTo("1.29.0"));
        Assert.That(OrtInfo.Providers, Does.Contain("CPUExecutionProvider"));
        Assert.That(OrtInfo.Problem(OrtDevice.Cpu), Is.Null);
    }
}
