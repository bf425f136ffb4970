using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Lowering;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Cases;
using Anneal.Tests.Onnx.Rewrite;

namespace Anneal.Tests.Onnx.Lowering;

/// <summary>What stands for an invented op in another runtime gives what its kernel gives.</summary>
internal sealed class StepLoweringTests
{
    private static readonly string[] s_lowered = ["AdamStep", "ConvGradW", "ConvGradX", "LSTMTrain", "LSTMGrad"];

    private static readonly string[] s_loweredForDevices =
        ["BatchNormAddReluGrad", "BatchNormGrad", "BatchNormReluGrad", "BatchNormTrain", "BatchNormTrainAddRelu", "BatchNormTrainRelu", "ConvGradW"];

    private static IEnumerable<TestCaseData> Cases() =>
        from device in (bool[])[false, true]
        from c in AllCases.All
        where (device ? s_loweredForDevices : s_lowered).Contains(c.Op) && c.NotInOrt is null
        select new TestCaseData(c, device).SetArgDisplayNames(c.ToString(), device ? "device" : "cpu");

    [TestCaseSource(nameof(Cases))]
    public void Apply_OpOfOurOwn_GivesWhatItsKernelGives(OpCase wide, bool forDevice)
    {
        OpCase c = wide.AsFloat();
        Tensor?[] expected = Evaluator.Run(c.ToNode(), c.Inputs);
        (GraphBuilder g, _, Value[] outputs) = c.ToBuilder();
        for (int i = 0; i < outputs.Length; i++)
        {
            g.Output(outputs[i], $"result{i}");
        }

        Model lowered = StepLowering.Apply(Model.Of(g.Build()), (_, _) => true, [], forDevice: forDevice);

        using var session = new OrtRunner(new OrtOptions { Threads = 1 }).Open(lowered, []);
        IReadOnlyDictionary<string, Tensor> feeds = c.Feeds();
        var fetches = new Tensor?[outputs.Length];
        session.Run([.. session.Feeds.Select(f => feeds[f.Name])], fetches);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (expected[i] is { } value)
            {
                Compare.Close(fetches[i], value, Math.Max(c.Tolerance, 2e-5), $"output {i}");
            }
        }
    }

    [TestCase("lstm", "LSTMTrain")]
    [TestCase("lstm", "LSTMGrad")]
    [TestCase("lstm", "Scan")]
    [TestCase("cnn", "ConvGradW")]
    [TestCase("cnn", "ConvTranspose")]
    [TestCase("mlp", "AdamStep")]
    [TestCase("mlp", "CastLike")]
    [TestCase("mlp", "Identity")]
    public void Apply_StepOfTheBench_LeavesNoSuchNode(string name, string op)
    {
        var graphs = Anneal.Pipeline.Bench.StepCases.All.Single(c => c.Name == name).Build();

        Model lowered = StepLowering.Apply(graphs.Step, (_, _) => true, graphs.StepState());

        Assert.That(lowered.Graph.Ops(), Does.Not.Contain(op));
        Assert.That(lowered.Functions, Is.Empty);
    }

    [Test]
    public void Apply_ResNetForADevice_NormalisesByKernelsAndSumsInTwoParts()
    {
        var graphs = Anneal.Pipeline.Bench.StepCases.All.Single(c => c.Name == "resnet20").Build();

        Graph lowered = StepLowering.Apply(graphs.Step, (_, _) => true, graphs.StepState(), forDevice: true).Graph;

        // 21 normalisations: each draws its moments once, and maps once forwards and twice backwards.
        Assert.That(lowered.Ops().Count(o => o == "LayerNormalization"), Is.EqualTo(21));
        Assert.That(lowered.Ops().Count(o => o == "BatchNormalization"), Is.EqualTo(3 * 21));
        // Of dY and of dY·x̂, over the pixels and over the images; a sum over both at once would be cuDNN's.
        Assert.That(lowered.Nodes.Count(n => n.OpType == "ReduceSum" && n.Name.Contains("BatchNorm", StringComparison.Ordinal)), Is.EqualTo(4 * 21));
    }

    [Test]
    public void Apply_SmallBatchForADevice_DrawsPatchesByOneConvolution()
    {
        var graphs = Anneal.Pipeline.Bench.StepCases.All.Single(c => c.Name == "cnn").Build();

        Assert.That(Ops(64).Count(o => o == "Slice"), Is.LessThan(Ops(4096).Count(o => o == "Slice") - 8), "tap by tap where the patches are large");

        IEnumerable<string> Ops(int rows)
        {
            Graph fixedSize = FixBatch.Apply(graphs.Step.Graph, FixBatch.SymbolOf(graphs.Step.Graph, graphs.StepState())!, rows);
            return StepLowering.Apply(graphs.Step with { Graph = fixedSize }, (_, _) => true, graphs.StepState(), forDevice: true).Graph.Ops();
        }
    }

    [TestCase(new long[] { 0, 2, 3 }, 2)]
    [TestCase(new long[] { -4, -1 }, 2)]
    [TestCase(new long[] { 0, 1 }, 1)]
    [TestCase(new long[] { 2, 3 }, 1)]
    [TestCase(new long[] { 1, 3 }, 1)]
    [TestCase(new long[] { 0, 1, 2, 3 }, 1)]
    public void SplitReductions_Axes_AreTakenInTwoPartsWhereOthersStandBetween(long[] axes, int nodes)
    {
        var g = new GraphBuilder("sums");
        Value x = g.Input("x", TensorType.Of(DType.Float, 2, 3, 4, 5));
        g.Output(g.Node("ReduceMean", [x, g.Constant(Tensor.Vector<long>(axes))]), "kept");
        g.Output(g.Node("ReduceSum", [x, g.Constant(Tensor.Vector<long>(axes))], Attributes.Of(("keepdims", 0L))), "dropped");

        Graph split = Rewritten.By(g.Build(), SplitReductions.Apply, 1e-6);

        Assert.That(split.Ops().Count(o => o is "ReduceMean" or "ReduceSum"), Is.EqualTo(2 * nodes));
    }

    [Test]
    public void NameOutputs_IdentityThatNamesAnOutput_IsLeftOut()
    {
        var g = new GraphBuilder("named");
        Value x = g.Input("x", TensorType.Of(DType.Float, 2));
        Value twice = g.Add(x, x);
        g.Output(twice, "y");
        g.Output(x, "same");
        g.Output(g.Mul(twice, twice), "squared");

        Graph result = Rewritten.By(g.Build(), NameOutputs.Apply);

        Assert.That(result.Ops(), Is.EqualTo(new[] { "Add", "Identity", "Mul" }), "an input still needs a node to become an output");
    }

    [Test]
    public void ResolveCasts_TypeThatIsKnown_IsACastOrNothing()
    {
        var g = new GraphBuilder("casts");
        Value x = g.Input("x", TensorType.Of(DType.Float, 2));
        Value whole = g.Node("CastLike", [x, g.Constant(Tensor.Scalar(1L))]);
        g.Output(g.Node("CastLike", [whole, x]), "y");
        g.Output(g.Node("CastLike", [x, x]), "z");

        Graph result = Rewritten.By(g.Build(), graph => NameOutputs.Apply(ResolveCasts.Apply(graph)));

        Assert.That(result.Ops(), Is.EqualTo(new[] { "Cast", "Cast", "Identity" }));
    }
}
