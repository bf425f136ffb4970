using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Bench;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Stages;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;
using Origin = Anneal.Pipeline.Config.Origin;

namespace Anneal.Tests.Pipeline.Report;

internal sealed class LayerTableTests
{
    // By hand: 3·3·in·out·height·width of each convolution, the last layer's 640.
    [TestCase(20, 432L * 1024 + (6 * 2304 * 1024) + ((4608 + (5 * 9216)) * 256) + ((18432 + (5 * 36864)) * 64) + (512 * 256) + (2048 * 64) + 640, 272_474L + 1568)]
    [TestCase(56, 432L * 1024 + (18 * 2304 * 1024) + ((4608 + (17 * 9216)) * 256) + ((18432 + (17 * 36864)) * 64) + (512 * 256) + (2048 * 64) + 640, 855_770L + 4256)]
    public void Of_ResnetOfCifar_CountsWhatItsAuthorsCount(int depth, long multiplyAdds, long parameters)
    {
        Graph graph = TrainingModel.Of(Build(new ResnetOptions { Depth = depth }, 3, 32, 32)).Graph;

        (LayerTable one, _) = LayerTable.Of(graph, 1);
        (LayerTable two, IReadOnlyList<LayerTable.Cost> nodes) = LayerTable.Of(graph, 2);

        Assert.That(one.MultiplyAdds, Is.EqualTo(multiplyAdds));
        Assert.That(one.Parameters, Is.EqualTo(parameters));
        Assert.That(two.MultiplyAdds, Is.EqualTo(2 * multiplyAdds));
        Assert.That(two.ActivationBytes, Is.EqualTo(2 * one.ActivationBytes));
        Assert.That(nodes, Has.Count.EqualTo(graph.Nodes.Length));
        LayerTable.Cost? halved = depth == 20 ? two.Layers.Single(l => l.Name == "residual4/conv8") : null;
        Assert.That(halved, depth != 20 ? Is.Null : Is.EqualTo(new LayerTable.Cost("residual4/conv8", "Conv", "float[2,32,16,16]", 4608, 2 * 4608 * 256, 2 * 32 * 256 * 4)));
    }

    private static IEnumerable<TestCaseData> Named() =>
    [
        new TestCaseData(new MlpOptions { Units = [64, 32] }, new[] { 784 }).SetArgDisplayNames("mlp"),
        new TestCaseData(new LenetOptions(), new[] { 1, 28, 28 }).SetArgDisplayNames("lenet"),
        new TestCaseData(new VggOptions(), new[] { 3, 32, 32 }).SetArgDisplayNames("vgg"),
        new TestCaseData(new ResnetOptions { Depth = 18 }, new[] { 3, 32, 32 }).SetArgDisplayNames("resnet18"),
        new TestCaseData(new ResnetOptions { Depth = 20 }, new[] { 3, 32, 32 }).SetArgDisplayNames("resnet20"),
        new TestCaseData(new ResnetOptions { Depth = 32 }, new[] { 3, 32, 32 }).SetArgDisplayNames("resnet32"),
        new TestCaseData(new ResnetOptions { Depth = 56 }, new[] { 3, 32, 32 }).SetArgDisplayNames("resnet56"),
        new TestCaseData(new LstmModelOptions(), new[] { 28, 28 }).SetArgDisplayNames("lstm"),
        new TestCaseData(new TransformerOptions(), new[] { 28, 28 }).SetArgDisplayNames("transformer"),
    ];

    [TestCaseSource(nameof(Named))]
    public void Of_ModelByName_EveryLayerHasItsShapeAndCosts(ModelOptions model, int[] row)
    {
        TrainingGraphs graphs = Build(model, row);
        Graph graph = TrainingModel.Of(graphs).Graph;

        (LayerTable table, _) = LayerTable.Of(graph, 3);

        Assert.That(table.Layers.Select(l => l.Output), Is.All.Match(@"\[.*\]"), "a type with its sizes");
        Assert.That(table.Layers.Where(l => l.Ops.Split(' ', ',').Intersect(["Conv", "Gemm", "MatMul", "LSTM", "SelfAttention"]).Any()).Select(l => l.MultiplyAdds), Is.Not.Empty.And.All.Positive);
        Assert.That(table.Layers.Sum(l => l.Parameters), Is.EqualTo(graph.Initializers.Values.Where(t => t.Type == DType.Float && t.Rank > 0).Sum(t => (long)t.Length)));
        Assert.That(table.Layers.Sum(l => l.MultiplyAdds), Is.EqualTo(table.MultiplyAdds).And.Positive);
        Assert.That(table.Layers.Sum(l => l.ActivationBytes), Is.EqualTo(table.ActivationBytes).And.Positive);
    }

    [Test]
    public void Named_AreAllArchitectures()
    {
        var named = Named().Select(c => c.Arguments[0]!.GetType()).Distinct().Append(typeof(LayersOptions)).Append(typeof(ImportOptions));

        Assert.That(named, Is.EquivalentTo(typeof(ModelOptions).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(ModelOptions)))));
    }

    [Test]
    public void Of_TrainingStep_CountsWeightsAloneAndGradients()
    {
        StepCase step = StepCases.All.Single(c => c.Name == "tabular");

        (LayerTable table, _) = LayerTable.Of(step.Build().Step.Graph, 32);

        long forward = 32 * ((30 * 64) + (64 * 32) + (32 * 2));
        Assert.That(table.Parameters, Is.EqualTo((31 * 64) + (65 * 32) + (33 * 2)));
        Assert.That(table.MultiplyAdds, Is.EqualTo(3 * forward), "as written, with the gradient of the batch that a plan drops");
        Assert.That(table.Layers.Select(l => l.Name), Does.Contain("dense1").And.Contain("loss").And.Contain("update"));
    }

    [Test]
    public void Of_NodesWithoutScopes_AreLayersOfTheirOwn()
    {
        var g = new GraphBuilder("plain");
        Value x = g.Input("x", TensorType.Of(DType.Double, Dim.Of("N"), 3));
        g.Output(g.Node("Relu", [g.MatMul(x, g.Initializer("w", Tensor.Zeros(DType.Double, 3, 5)))]), "y");

        (LayerTable table, _) = LayerTable.Of(g.Build(), 4);

        Assert.That(table.Layers.Select(l => (l.Name, l.MultiplyAdds, l.Parameters, l.ActivationBytes)).Take(2), Is.EqualTo(new[] { ("MatMul", 60L, 15L, 160L), ("Relu", 0L, 0L, 160L) }));
    }

    [TestCase("LSTM", 7 * 2 * ((4 * 5 * 3) + (4 * 5 * 5)))]
    [TestCase("GRU", 7 * 2 * ((3 * 5 * 3) + (3 * 5 * 5)))]
    public void MultiplyAdds_OfRecurrentLayers_CountBothProductsOfEveryStep(string op, long expected)
    {
        int gates = op == "LSTM" ? 4 : 3;

        Assert.That(MultiplyAdds.Of(op, [[7, 2, 3], [1, gates * 5, 3], [1, gates * 5, 5]], [7, 1, 2, 5]), Is.EqualTo(expected));
        Assert.That(MultiplyAdds.Of(op + "Train", [[7, 2, 3], [1, gates * 5, 3], [1, gates * 5, 5]], [7, 1, 2, 5]), Is.EqualTo(expected));
        int[][] operands = [[], [], [7, 2, 3], [1, gates * 5, 3], [1, gates * 5, 5]];
        Assert.That(MultiplyAdds.Of(op + "Grad", operands, [7, 2, 3]), Is.EqualTo(2 * expected));
        Assert.That(MultiplyAdds.Of(op + "Grad", operands, [1, gates * 5, 3]), Is.EqualTo((2 * expected) - (7 * 2 * gates * 5 * 3)), "the input's gradient is not wanted");
        Assert.That(MultiplyAdds.Of("Relu", [[7]], [7]), Is.Null);
    }

    private static TrainingGraphs Build(ModelOptions model, params int[] row)
    {
        var g = new GraphBuilder("features");
        g.Output(g.Input("x", TensorType.Of(DType.Float, [Dim.Of("N"), .. row.Select(Dim.Of)])), "features");
        Graph identity = g.Build();
        return TrainingGraphs.Build(NetworkBuilder.Build(model, 10, _ => Origin.Default), identity, identity, new TargetSpec(LearningTask.Classification, 10), Optimizer.Adam(), 1);
    }
}
