using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models.Import;

namespace Anneal.Tests.Models;

public sealed class CoreFinderTests
{
    private static readonly Tensor s_square = Tensor.Vector<float>([.. Enumerable.Range(0, 16).Select(i => i / 8f)]).Reshape([4, 4]);
    private static readonly Tensor s_row = Tensor.Vector<float>([1, 2, 3, 4]);

    private static Value Input(GraphBuilder g) => g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 4));

    // As tf2onnx writes a dense network of Keras: MatMul and Add, and the softmax at the end.
    private static Model Keras()
    {
        var g = new GraphBuilder("keras");
        Value x = g.Div(g.Sub(Input(g), g.Initializer("mean", s_row)), g.Initializer("std", s_row));
        Value hidden = g.Node("Relu", [g.Add(g.MatMul(x, g.Initializer("dense/kernel", s_square)), g.Initializer("dense/bias", s_row))]);
        Value scores = g.Node("Add", [g.MatMul(hidden, g.Initializer("dense_1/kernel", s_square)), g.Initializer("dense_1/bias", s_row)], output: "scores");
        g.Output(g.Node("Softmax", [scores], Attributes.Of(("axis", -1L))), "dense_1");
        return Model.Of(g.Build());
    }

    private static Model Rounding(string op)
    {
        var g = new GraphBuilder("rounding");
        Value hidden = g.Gemm(Input(g), g.Initializer("first", s_square));
        Value wall = g.Node(op, [hidden], output: "wall");
        g.Output(g.Gemm(wall, g.Initializer("second", s_square)), "scores");
        return Model.Of(g.Build());
    }

    [Test]
    public void Find_ModelThatEndsInSoftmax_TrainsTheScoresAndNotTheScaling()
    {
        ImportedModel model = CoreFinder.Find(Keras(), new ImportRequest());

        Assert.That(model.Core.Outputs[0].Name, Is.EqualTo("scores"));
        Assert.That(model.Core.Inputs[0].Name, Is.EqualTo("x"));
        Assert.That(model.Weights.Select(w => (w.Name, w.Decays)), Is.EqualTo(new[] { ("dense/kernel", true), ("dense/bias", false), ("dense_1/kernel", true), ("dense_1/bias", false) }));
        Assert.That(Trainability.Errors(model, _ => false), Is.Empty);
    }

    [Test]
    public void Find_HeadReplaced_EndsBeforeTheLastProduct()
    {
        ImportedModel model = CoreFinder.Find(Keras(), new ImportRequest { ReplacesHead = true });

        Assert.That(model.Core.Nodes[^1].OpType, Is.EqualTo("Relu"));
        Assert.That(model.Weights.Select(w => w.Name), Is.EqualTo(new[] { "dense/kernel", "dense/bias" }));
    }

    [Test]
    public void Find_BytesBeforeTheWeights_BeginsBehindTheirPreprocessing()
    {
        var g = new GraphBuilder("bytes");
        Value x = g.Cast(g.Input("pixels", TensorType.Of(DType.UInt8, Dim.Of("N"), 4)), DType.Float);
        Value scaled = g.Node("Mul", [x, g.Scalar(1 / 255.0, DType.Float)], output: "scaled");
        g.Output(g.Gemm(scaled, g.Initializer("w", s_square)), "scores");

        ImportedModel model = CoreFinder.Find(Model.Of(g.Build()), new ImportRequest());

        Assert.That(model.Core.Inputs[0].Name, Is.EqualTo("scaled"));
        Assert.That(model.Preprocessing!.Inputs.Single().Name, Is.EqualTo("pixels"));
        Assert.That(model.Preprocessing.Nodes, Has.Length.EqualTo(2));
    }

    [Test]
    public void Find_UnknownValue_NamesTheKeyAndTheValue() => Assert.That(
        () => CoreFinder.Find(Keras(), new ImportRequest { Output = "logits" }),
        Throws.TypeOf<AnnealException>().With.Message.EqualTo("model.output: the file has no value 'logits'. hint: 'anneal inspect FILE --graph' lists them"));

    [Test]
    public void Errors_GradientThatIsZeroEverywhere_NamesTheNodeAndTheWeights()
    {
        ImportedModel model = CoreFinder.Find(Rounding("Round"), new ImportRequest());

        string error = Trainability.Errors(model, _ => false).Single();

        Assert.That(error, Does.Contain("(Round): its gradient is zero everywhere; none reaches first: freeze them"));
        Assert.That(Trainability.Errors(model, name => name == "first"), Is.Empty, "what is frozen needs no gradient");
    }

    [Test]
    public void Errors_WeightsOfOtherTypes_AreNamedWithTheirNode()
    {
        var g = new GraphBuilder("half");
        Tensor half = Tensor.Zeros(DType.Float16, 4, 4);
        Value w = g.Cast(g.Initializer("w16", half), DType.Float);
        g.Output(g.Gemm(Input(g), w), "scores");

        ImportedModel model = CoreFinder.Find(Model.Of(g.Build()), new ImportRequest());

        Assert.That(Trainability.Errors(model, _ => false).Single(), Does.Contain("weight 'w16' is not float32 (float16): import the float32 model"));
    }

    [Test]
    public void Errors_BatchThatIsFixedInside_NamesTheNode()
    {
        var g = new GraphBuilder("fixed");
        Value x = g.Input("x", TensorType.Of(DType.Float, 1, 2, 2));
        g.Output(g.Gemm(g.Node("Reshape", [x, g.Longs(1, 4)]), g.Initializer("w", s_square)), "scores");

        ImportedModel model = CoreFinder.Find(Model.Of(g.Build()), new ImportRequest());

        Assert.That(Trainability.Errors(model, _ => false).Single(), Does.Match(@"\(Reshape\).*"));
    }

    [Test]
    public void Split_FirstLayersFrozen_RunsThemAheadAndLeavesTheRest()
    {
        ImportedModel model = CoreFinder.Find(Keras(), new ImportRequest());
        var features = TensorType.Of(DType.Float, Dim.Of("N"), 4);

        (Graph ahead, ImportedModel behind) = FrozenPart.Split(model, features, name => name.StartsWith("dense/", StringComparison.Ordinal))!.Value;

        Assert.That(ahead.Nodes[^1].OpType, Is.EqualTo("Relu"));
        Assert.That(ahead.Inputs.Single().Name, Is.EqualTo("features"));
        Assert.That(behind.Weights.Select(w => w.Name), Is.EqualTo(new[] { "dense_1/kernel", "dense_1/bias" }));
        Assert.That(FrozenPart.Split(model, features, name => name.StartsWith("dense_1/", StringComparison.Ordinal)), Is.Null, "what comes first changes");
    }
}
