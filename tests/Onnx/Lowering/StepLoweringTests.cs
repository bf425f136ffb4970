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

    private static IEnumerable<TestCaseData> Cases() =>
        from c in AllCases.All
        where s_lowered.Contains(c.Op) && c.NotInOrt is null
        select new TestCaseData(c).SetArgDisplayNames(c.ToString());

    [TestCaseSource(nameof(Cases))]
    public void Apply_OpOfOurOwn_GivesWhatItsKernelGives(OpCase wide)
    {
        OpCase c = wide.AsFloat();
        Tensor?[] expected = Evaluator.Run(c.ToNode(), c.Inputs);
        (GraphBuilder g, _, Value[] outputs) = c.ToBuilder();
        for (int i = 0; i < outputs.Length; i++)
        {
            g.Output(outputs[i], $"result{i}");
        }

        Model lowered = StepLowering.Apply(Model.Of(g.Build()), (_, _) => true, []);

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
