using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;

namespace Anneal.Tests.Pipeline.Config;

/// <summary>Models that training goes on from, as the file says them.</summary>
internal sealed class ImportConfigTests
{
    private const string Data = "task: classification\ndata: {dataset: mnist}\n";

    private static string With(string model) => ConfigText.Pipeline(Data + "model: " + model);

    [Test]
    public void Load_KeysBesideImport_AreItsOwn()
    {
        var options = (ImportOptions)ConfigText.Load(With("{import: {pipeline: base}, freeze: [a.*], head: {layers: [{dropout: 0.2}, {dense: auto}]}}")).Options.Model;

        Assert.That(options.Import.Pipeline, Is.EqualTo("base"));
        Assert.That(options.Freeze, Is.EqualTo(new[] { "a.*" }));
        Assert.That(options.Head!.Layers, Has.Count.EqualTo(2));
        Assert.That(options.Head.After, Is.Null);
    }

    [Test]
    public void Load_ResolvedText_LoadsToTheSame()
    {
        LoadedConfig config = ConfigText.Load(With("{import: {pipeline: base}, freeze: [a.*], head: {}}"));

        LoadedConfig again = ConfigText.Load(config.Yaml);

        Assert.That(again.Yaml, Is.EqualTo(config.Yaml));
        Assert.That(again.Options.Model, Is.TypeOf<ImportOptions>());
    }

    [Test]
    public void Load_SetOnAnotherModel_TakesItsPlace()
    {
        var options = (ImportOptions)ConfigText.Load(With("{mlp: [8]}"), "model.import={pipeline: base}", "model.continue=true").Options.Model;

        Assert.That(options.Import.Pipeline, Is.EqualTo("base"));
        Assert.That(options.Continue, Is.True);
        Assert.That(ConfigText.Load(With("{import: {pipeline: base}}"), "model.mlp=[8]").Options.Model, Is.TypeOf<MlpOptions>());
    }

    [TestCase("{import: {}}", "model.import: needs one of 'path' and 'pipeline'")]
    [TestCase("{import: {pipeline: base}, frezze: [a]}", "model.frezze: unknown key; did you mean 'freeze'?")]
    [TestCase("{import: no-such.onnx}", "model.import.path: no such file: 'no-such.onnx'; tried ")]
    [TestCase("{import: {pipeline: base}, head: {layers: []}}", "model.head.layers: needs at least one layer")]
    [TestCase("{import: {pipeline: base}, head: {layers: [{dense: auto}, flatten]}}", "model.head.layers.0.dense.units: only the last layer can leave its width to the task")]
    public void Load_WrongImport_SaysWhereAndWhy(string model, string expected) => Assert.That(ConfigText.Errors(With(model)), Does.Contain(expected));

    [TestCase("classes: [\"1\"]", "data.classes: needs at least two classes")]
    [TestCase("classes: [\"1\", \"1\"]", "data.classes: names a class twice")]
    public void Load_WrongClasses_SaysWhereAndWhy(string classes, string expected) =>
        Assert.That(ConfigText.Errors(ConfigText.Pipeline("task: classification\ndata: {dataset: mnist, " + classes + "}\nmodel: {mlp: [8]}")), Does.Contain(expected));
}
