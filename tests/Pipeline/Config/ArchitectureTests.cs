using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Checks;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;
using Anneal.Trainer.Models;
using Origin = Anneal.Pipeline.Config.Origin;

namespace Anneal.Tests.Pipeline.Config;

/// <summary>Models by name, and models of branches.</summary>
internal sealed class ArchitectureTests
{
    private const string Digits = "task: classification\ndata: {dataset: mnist}\n";

    // Counted by hand: convolutions, two trained and two running numbers for each normalised channel, the last layer.
    private static IEnumerable<TestCaseData> Models() =>
    [
        new TestCaseData(new LenetOptions(), new[] { 1, 28, 28 }, 61_706, 0).SetArgDisplayNames("lenet"),
        new TestCaseData(new ResnetOptions { Depth = 20 }, new[] { 3, 32, 32 }, 272_474, 2 * 784).SetArgDisplayNames("resnet20"),
        new TestCaseData(new ResnetOptions { Depth = 32 }, new[] { 3, 32, 32 }, 466_906, 2 * 1232).SetArgDisplayNames("resnet32"),
        new TestCaseData(new ResnetOptions { Depth = 56 }, new[] { 3, 32, 32 }, 855_770, 2 * 2128).SetArgDisplayNames("resnet56"),
        new TestCaseData(new ResnetOptions { Depth = 20, Shortcut = ShortcutKind.Pad }, new[] { 3, 32, 32 }, 269_722, 2 * 688).SetArgDisplayNames("resnet20 pad"),
        new TestCaseData(new ResnetOptions { Depth = 18 }, new[] { 3, 32, 32 }, 11_173_962, 2 * 4800).SetArgDisplayNames("resnet18"),
        new TestCaseData(new ResnetOptions { Depth = 18, Stem = StemKind.Large }, new[] { 3, 224, 224 }, 11_181_642, 2 * 4800).SetArgDisplayNames("resnet18 large"),
        new TestCaseData(new VggOptions { Blocks = [1, 1], Filters = 8, Units = [32], BatchNorm = false }, new[] { 1, 8, 8 }, 80 + 1168 + (64 * 32) + 32 + 330, 0).SetArgDisplayNames("vgg"),
        new TestCaseData(new TransformerOptions(), new[] { 28, 28 }, (29 * 64) + (28 * 64) + (2 * 33_472) + 128 + 650, 0).SetArgDisplayNames("transformer"),
    ];

    [TestCaseSource(nameof(Models))]
    public void Build_ModelByName_HasAsManyParametersAsItsAuthorsCount(ModelOptions model, int[] row, int trained, int running)
    {
        var g = new GraphBuilder("model");
        var context = new LayerContext(g, 1, null);

        Value y = NetworkBuilder.Build(model, 10, _ => Origin.Default).Apply(context, g.Input("x", TensorType.Of(DType.Float, [Dim.Of("N"), .. row.Select(Dim.Of)])));

        Assert.That(y.Shape[1].Size, Is.EqualTo(10));
        Assert.That(context.Parameters.Where(p => p.IsTrained).Sum(p => p.Initial.Length), Is.EqualTo(trained));
        Assert.That(context.Parameters.Where(p => !p.IsTrained).Sum(p => p.Initial.Length), Is.EqualTo(running));
    }

    [Test]
    public void Build_ModelByName_NamesItsLine()
    {
        LoadedConfig config = ConfigText.Load(ConfigText.Pipeline(Digits + "model: {resnet: 20}"));

        Network network = NetworkBuilder.Build(config.Options.Model, 10, config.OriginOf);

        Assert.That(network.Layers.Select(l => l.Origin.Path), Is.All.EqualTo("model.resnet"));
        Assert.That(network.Layers[5].Origin.Line, Is.EqualTo(6));
    }

    [Test]
    public void Parse_DepthThatThereIsNot_SaysWhichThereAre() =>
        Assert.That(Errors("model: {resnet: 21}"), Is.EqualTo("pipelines.yaml:6:21 model.resnet.depth: must be one of: 18, 20, 32, 34, 44, 56, 110; found 21"));

    [Test]
    public void Parse_Branches_BecomeLayersWithTheirLines()
    {
        LoadedConfig config = ConfigText.Load(ConfigText.Pipeline(Digits + """
            model:
              layers:
                - concat:
                    left: [{conv: {filters: 4, init: {kind: orthogonal, scale: 1.4}}}, {conv: 8}]
                    right: []
                - add: {wide: [flatten, {dense: 16}], deep: [flatten, {dense: {units: 32, activation: gelu}}, {dense: 16}]}
                - dense: auto
            """));

        Network network = NetworkBuilder.Build(config.Options.Model, 10, config.OriginOf);
        var concat = (Layer.Branches)network.Layers[0];
        var add = (Layer.Branches)network.Layers[1];

        Assert.That(network.Layers.Select(l => l.Name), Is.EqualTo(new[] { "concat1", "add1", "dense4" }));
        Assert.That(concat.Parts.Select(p => (p.Name, p.Layers.Count)), Is.EqualTo(new[] { ("left", 2), ("right", 0) }));
        Assert.That(((Layer.Conv)concat.Parts[0].Layers[0]).Initializer, Is.EqualTo(new Initialization(Initializer.Orthogonal, 1.4)));
        Assert.That((concat.IsSum, add.IsSum), Is.EqualTo((false, true)));
        Assert.That(add.Parts[1].Layers[1].Origin, Is.EqualTo(new Anneal.Onnx.Ir.Origin("pipelines.yaml", 11, 79, "model.layers.1.add.deep.1")));
        Assert.That(ConfigText.Load(config.Yaml).Yaml, Is.EqualTo(config.Yaml));
    }

    [TestCase("- add: {a: [], b: [{conv: {filters: 1, stride: 2}}]}\n    - dense: auto",
        "8:11 model.layers.0: layer 'add1' (add) cannot add branch 'a' of [N,28,28] and branch 'b' of [N,1,14,14]. hint: let their last layers give one shape")]
    [TestCase("- concat: {a: [{reshape: [4, 5]}], b: []}\n    - dense: auto",
        "8:24 model.layers.0.concat.a.0: input of shape [N,28,28] cannot be reshaped to [0,4,5]")]
    [TestCase("- add: {a: [{dense: auto}], b: [{dense: 10}]}\n    - dense: auto",
        "8:29 model.layers.0.add.a.0.dense.units: only the last layer can leave its width to the task")]
    [TestCase("- residual: [{dense: auto}]\n    - dense: auto",
        "8:30 model.layers.0.residual.layers.0.dense.units: only the last layer can leave its width to the task")]
    [TestCase("- add: {a: [{danse: 3}], b: []}\n    - dense: auto",
        "8:22 model.layers.0.add.a.0.danse: unknown key; did you mean 'dense'?")]
    public void Check_WrongBranches_NamesTheLine(string layers, string message) =>
        Assert.That(Errors($"model:\n  layers:\n    {layers}"), Is.EqualTo("pipelines.yaml:" + message));

    private static string Errors(string model) => Assert.Throws<ConfigException>(() =>
        ConfigLoader.Parse(ConfigText.Pipeline(Digits + model), "pipelines.yaml", [Path.GetTempPath()], validators: [new CheckModelShapes()]))!.Message;
}
