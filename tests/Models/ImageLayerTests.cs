using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Models;

internal sealed class ImageLayerTests
{
    private static readonly Origin s_origin = Origin.None;

    [TestCase(2, 2, null, "[N,5,12,16]")]
    [TestCase(3, 2, null, "[N,5,12,16]")]
    [TestCase(4, 2, null, "[N,5,12,16]")]
    [TestCase(2, 3, null, "[N,5,18,24]")]
    [TestCase(3, 1, null, "[N,5,6,8]")]
    [TestCase(4, 1, null, "[N,5,6,8]")]
    [TestCase(4, 2, 0, "[N,5,14,18]")]
    [TestCase(4, 2, 1, "[N,5,12,16]")]
    public void ConvTranspose_OfWindowAndStride_GrowsTheImage(int kernel, int stride, int? padding, string shape)
    {
        var layer = new Layer.ConvTranspose("up", s_origin, 5, kernel, stride, padding, 1, Activation.Relu, true, Initializer.Auto);

        Assert.That(Shape(layer, out int parameters, 4, 6, 8), Is.EqualTo(shape));
        Assert.That(parameters, Is.EqualTo((4 * 5 * kernel * kernel) + 5));
    }

    private static IEnumerable<TestCaseData> Layers() =>
    [
        new TestCaseData(new Layer.GlobalMaxPool("p", s_origin), "[N,4,1,1]", 0).SetArgDisplayNames("global_maxpool"),
        new TestCaseData(new Layer.GroupNorm("n", s_origin, 2, 1e-5f), "[N,4,6,8]", 8).SetArgDisplayNames("group_norm"),
        new TestCaseData(new Layer.Slice("s", s_origin, 2, 1, null), "[N,4,5,8]", 0).SetArgDisplayNames("slice"),
        new TestCaseData(new Layer.Embedding("e", s_origin, 10, 3, Initializer.Auto), "[N,4,6,8,3]", 30).SetArgDisplayNames("embedding"),
        new TestCaseData(new Layer.Residual("r", s_origin, [Halved(7)], Activation.Relu), "[N,7,3,4]", (7 * 4 * 9) + (7 * 4) + 28).SetArgDisplayNames("projection"),
        new TestCaseData(new Layer.Residual("r", s_origin, [Halved(7)], Activation.Relu, Shortcut.Pad), "[N,7,3,4]", 7 * 4 * 9).SetArgDisplayNames("pad"),
        new TestCaseData(Join(false, [], [Halved(4), new Layer.ConvTranspose("up", s_origin, 2, 2, 2, null, 1, Activation.Linear, false, Initializer.Auto)]), "[N,6,6,8]", (4 * 4 * 9) + (4 * 2 * 4))
            .SetArgDisplayNames("concat"),
        new TestCaseData(Join(true, [Halved(3)], [Halved(3, "b")]), "[N,3,3,4]", 2 * 3 * 4 * 9).SetArgDisplayNames("add"),
    ];

    [TestCaseSource(nameof(Layers))]
    public void Apply_ToImages_GivesShapeAndParameters(Layer layer, string shape, int expected)
    {
        Assert.That(Shape(layer, out int parameters, 4, 6, 8), Is.EqualTo(shape));
        Assert.That(parameters, Is.EqualTo(expected));
    }

    [Test]
    public void Concat_OfRows_JoinsTheLastAxis() => Assert.That(Shape(Join(false, [], []), out _, 5), Is.EqualTo("[N,10]"));

    private static IEnumerable<TestCaseData> Misfits() =>
    [
        new TestCaseData(Join(true, [], [Halved(4)]), "layer 'j' (add) cannot add branch 'a' of [N,4,6,8] and branch 'b' of [N,4,3,4]. hint: let their last layers give one shape").SetArgDisplayNames("add"),
        new TestCaseData(Join(false, [], [Halved(4)]), "layer 'j' (concat) cannot join branch 'a' of [N,4,6,8] and branch 'b' of [N,4,3,4]. hint: let their last layers give shapes that differ in axis 1 alone")
            .SetArgDisplayNames("concat"),
        new TestCaseData(new Layer.Branches("j", s_origin, [new Branch("a", [])], true), "layer 'j' (add) has 1 branches, expected two or more").SetArgDisplayNames("one branch"),
        new TestCaseData(new Layer.GroupNorm("n", s_origin, 3, 1e-5f), "layer 'n' (group_norm) has 3 groups, which do not divide 4 channels").SetArgDisplayNames("groups"),
        new TestCaseData(new Layer.Slice("s", s_origin, 1, 2, 9), "layer 's' (slice) takes 2 to 9 of axis 1, which [N,4,6,8] does not have").SetArgDisplayNames("slice"),
        new TestCaseData(new Layer.ConvTranspose("u", s_origin, 3, 2, 2, null, 2, Activation.Linear, true, Initializer.Auto), "layer 'u' (conv_transpose) cannot divide 4 channels and 3 filters into 2 groups")
            .SetArgDisplayNames("conv_transpose"),
        new TestCaseData(new Layer.Residual("r", s_origin, [Halved(4)], Activation.Relu, Shortcut.Identity), "layer 'r' (residual) turns [N,4,6,8] into [N,4,3,4], to which its input cannot be added. hint: take 'shortcut: projection'")
            .SetArgDisplayNames("identity"),
    ];

    [TestCaseSource(nameof(Misfits))]
    public void Apply_ToWhatDoesNotFit_NamesTheLayerAndTheShapes(Layer layer, string message) =>
        Assert.That(Assert.Throws<AnnealException>(() => Shape(layer, out _, 4, 6, 8))!.Message, Does.Contain(message));

    [Test]
    public void Activations_All_KeepTheShapeAndAreStandardOpsOutsideTraining([Values] Activation activation)
    {
        Layer[] layers = [new Layer.Activate("a", s_origin, activation), new Layer.Dense("d", s_origin, 2, activation, true, Initializer.Auto)];
        var g = new GraphBuilder("features");
        g.Output(g.Input("x", TensorType.Of(DType.Float, Dim.Of("N"), 3)), "features");
        Graph identity = g.Build();

        var graphs = TrainingGraphs.Build(new Network(layers), identity, identity, new TargetSpec(LearningTask.Classification, 2), Anneal.Trainer.Optimizers.Optimizer.Sgd(), 1);

        Assert.That(Shape(layers[0], out _, 4, 6, 8), Is.EqualTo("[N,4,6,8]"));
        Assert.That(graphs.Inference.Nodes.Select(n => n.Domain), Is.All.Empty);
    }

    private static Layer.Conv Halved(int filters, string name = "conv") => new(name, s_origin, filters, 3, 2, null, 1, Activation.Linear, false, Initializer.Auto);

    private static Layer.Branches Join(bool isSum, Layer[] a, Layer[] b) => new("j", s_origin, [new Branch("a", a), new Branch("b", b)], isSum);

    private static string Shape(Layer layer, out int parameters, params int[] row)
    {
        var g = new GraphBuilder("layer");
        var context = new LayerContext(g, 1, g.Input("step", TensorType.Of(DType.Int64)));
        Value y = layer.Apply(context, g.Input("x", TensorType.Of(DType.Float, [Dim.Of("N"), .. row.Select(Dim.Of)])));
        parameters = context.Parameters.Sum(p => p.Initial.Length);
        return y.Shape.ToString();
    }
}
