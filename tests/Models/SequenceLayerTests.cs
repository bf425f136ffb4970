using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Models;

internal sealed class SequenceLayerTests
{
    private static readonly Origin s_origin = Origin.None;

    private static IEnumerable<TestCaseData> Layers() =>
    [
        new TestCaseData(new Layer.Dense("d", s_origin, 5, Activation.Relu, true, Initializer.Auto), "[?,7,5]", 12 * 5 + 5).SetArgDisplayNames("dense"),
        new TestCaseData(new Layer.LayerNorm("n", s_origin, 1e-5f), "[N,7,12]", 24).SetArgDisplayNames("layer_norm"),
        new TestCaseData(new Layer.Attention("a", s_origin, 3, 0), "[?,7,12]", 12 * 36 + 36 + 12 * 12 + 12).SetArgDisplayNames("attention"),
        new TestCaseData(new Layer.TransformerEncoder("e", s_origin, 4, 20, 0.1f), "[?,7,12]", 48 + 12 * 36 + 36 + 12 * 12 + 12 + 12 * 20 + 20 + 20 * 12 + 12)
            .SetArgDisplayNames("transformer_encoder"),
        new TestCaseData(new Layer.Positions("p", s_origin), "[N,7,12]", 7 * 12).SetArgDisplayNames("positions"),
        new TestCaseData(new Layer.MeanOverTime("m", s_origin), "[N,12]", 0).SetArgDisplayNames("mean_over_time"),
        new TestCaseData(new Layer.Recurrent("r", s_origin, RecurrentKind.Lstm, 5, ReturnSequences: false, Bidirectional: false, 0), "[N,5]", (4 * 5 * (12 + 5)) + 40)
            .SetArgDisplayNames("lstm"),
        new TestCaseData(new Layer.Recurrent("r", s_origin, RecurrentKind.Lstm, 5, ReturnSequences: true, Bidirectional: true, 0.1f), "[N,7,10]", 2 * ((4 * 5 * (12 + 5)) + 40))
            .SetArgDisplayNames("lstm both ways"),
        new TestCaseData(new Layer.Recurrent("r", s_origin, RecurrentKind.Gru, 5, ReturnSequences: false, Bidirectional: true, 0), "[N,10]", 2 * ((3 * 5 * (12 + 5)) + 30))
            .SetArgDisplayNames("gru both ways"),
        new TestCaseData(new Layer.Recurrent("r", s_origin, RecurrentKind.Gru, 5, ReturnSequences: true, Bidirectional: false, 0), "[N,7,5]", (3 * 5 * (12 + 5)) + 30)
            .SetArgDisplayNames("gru"),
    ];

    private static IEnumerable<TestCaseData> Misfits() =>
    [
        new TestCaseData(new Layer.Recurrent("r", s_origin, RecurrentKind.Lstm, 5, false, false, 0), new[] { 12 }, "layer 'r' (lstm) takes [N,time,features], got [N,12]").SetArgDisplayNames("lstm"),
        new TestCaseData(new Layer.Attention("a", s_origin, 3, 0), new[] { 12 }, "layer 'a' (attention) takes [N,time,features], got [N,12]").SetArgDisplayNames("rank"),
        new TestCaseData(new Layer.Attention("a", s_origin, 5, 0), new[] { 7, 12 }, "layer 'a' (attention) has 5 heads, which do not divide 12 features").SetArgDisplayNames("heads"),
        new TestCaseData(new Layer.MeanOverTime("m", s_origin), new[] { 1, 7, 12 }, "layer 'm' (mean_over_time) takes [N,time,features], got [N,1,7,12]").SetArgDisplayNames("image"),
    ];

    [TestCaseSource(nameof(Layers))]
    public void Apply_ToSequences_GivesShapeAndParameters(Layer layer, string shape, int parameters)
    {
        foreach (bool isTraining in new[] { false, true })
        {
            (LayerContext context, Value y) = Apply(layer, isTraining, 7, 12);
            Assert.That(y.Shape.ToString(), Is.EqualTo(shape));
            Assert.That(context.Parameters.Sum(p => p.Initial.Length), Is.EqualTo(parameters));
        }
    }

    [TestCaseSource(nameof(Misfits))]
    public void Apply_ToWhatDoesNotFit_NamesTheLayer(Layer layer, int[] row, string message) =>
        Assert.That(Assert.Throws<AnnealException>(() => Apply(layer, true, row))!.Message, Does.Contain(message));

    [Test]
    public void Apply_OutsideTraining_UsesStandardOpsAlone()
    {
        (LayerContext context, _) = Apply(new Layer.TransformerEncoder("e", s_origin, 4, 20, 0), false, 7, 12);

        Assert.That(context.Graph.Nodes.Select(n => n.Domain), Is.All.Empty);
    }

    private static (LayerContext Context, Value Y) Apply(Layer layer, bool isTraining, params int[] row)
    {
        var g = new GraphBuilder("layer");
        Value x = g.Input("x", TensorType.Of(DType.Float, [Dim.Of("N"), .. row.Select(Dim.Of)]));
        var context = new LayerContext(g, 1, isTraining ? g.Input("step", TensorType.Of(DType.Int64)) : null);
        return (context, layer.Apply(context, x));
    }
}
