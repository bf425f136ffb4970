using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;

namespace Anneal.Tests.Pipeline.Config;

internal sealed class SplitConfigTests
{
    private const string Images = "task: classification\ndata: {dataset: mnist, split: SPLIT}\nmodel: {mlp: [8]}\n";
    private const string Table = "task: regression\ndata: {train: {csv: {path: rows.csv, columns: {a: number, who: ignore, y: number}}}, label: y, split: SPLIT}\nmodel: {mlp: [8]}\n";

    [TestCase(Images, "{kfold: 5}", "kfold: {k: 5, stratify: true, shuffle: true, test: 0}")]
    [TestCase(Images, "{bootstrap: {stratify: false}}", "bootstrap: {rounds: 10, stratify: false, test: 0}")]
    [TestCase(Table, "{repeated_kfold: {repeats: 2}}", "repeated_kfold: {k: 5, repeats: 2, stratify: false, test: 0}")]
    [TestCase(Table, "{time: {column: who, test: 0.1}}", "time: {validation: 0.1, column: who, test: 0.1}")]
    [TestCase(Table, "{group: who}", "group: {column: who, validation: 0.1, test: 0}")]
    public void Load_Split_HasItsDefaults(string text, string split, string resolved)
    {
        using var data = new DataFolder("rows.csv");

        LoadedConfig config = data.Load(ConfigText.Pipeline(text.Replace("SPLIT", split, StringComparison.Ordinal)));

        string[] rows = [.. config.Rows.Where(r => r.Path.StartsWith("data.split.", StringComparison.Ordinal) && r.Value != "~").Select(r => $"{r.Path.Split('.')[^1]}: {r.Value}")];
        Assert.That($"{config.Rows.First(r => r.Path.StartsWith("data.split.", StringComparison.Ordinal)).Path.Split('.')[2]}: {{{string.Join(", ", rows)}}}", Is.EqualTo(resolved));
    }

    [TestCase(Images, "{kfold: 1001}", "5:43 data.split.kfold.k: must be from 2 to 1000, found 1001")]
    [TestCase(Images, "{kfold: {k: 5, test: 0.1}}", "5:56 data.split.kfold.test: the data has test rows of its own")]
    [TestCase(Images, "{group: who}", "5:43 data.split.group.column: only a table has columns. hint: give a 'file', a .npy array of one number a row")]
    [TestCase(Images, "{group: {k: 3}}", "5:43 data.split.group: needs 'column', a table's column, or 'file', an array of the rows' marks")]
    [TestCase(Table, "{group: whom}", "5:115 data.split.group.column: no column 'whom'; did you mean 'who'?")]
    [TestCase(Table, "{group: {column: who, k: 3, validation: 0.1}}", "5:135 data.split.group.validation: only one can be given, and 'k' is already there")]
    [TestCase(Table, "{given: y}", "5:115 data.split.given.column: is the label: rows cannot be held out by what is to be predicted")]
    [TestCase(Table, "{time: {cut: 2026-01-01}}", "5:114 data.split.time: needs 'column', a table's column, or 'file', an array of the rows' marks")]
    [TestCase(Table, "{time: {column: a, validation: 0.5, test: 0.5}}", "5:114 data.split.time: 'validation' and 'test' together leave no rows to train on")]
    [TestCase(Table, "{kfold: {stratify: true}}", "5:126 data.split.kfold.stratify: a regression has no classes to stratify by")]
    [TestCase(Table, "{bootstrap: {rounds: 0}}", "5:128 data.split.bootstrap.rounds: must be from 1 to 1000, found 0")]
    public void Load_BadSplit_SaysWhyAtItsPlace(string text, string split, string error)
    {
        using var data = new DataFolder("rows.csv");

        ConfigException? failure = Assert.Throws<ConfigException>(() => data.Load(ConfigText.Pipeline(text.Replace("SPLIT", split, StringComparison.Ordinal))));

        Assert.That(failure!.Message, Is.EqualTo("pipelines.yaml:" + error));
    }

    [Test]
    public void Load_MoreFoldsThanRowsOfAnArray_IsKnownFromItsHeader()
    {
        using var data = new DataFolder();
        foreach (string name in (string[])["x.npy", "y.npy"])
        {
            using FileStream stream = File.Create(Path.Combine(data.Path, name));
            NpyWriter.Write(stream, Tensor.Zeros(DType.Float, 3, 2));
        }

        ConfigException? failure = Assert.Throws<ConfigException>(() => data.Load(ConfigText.Pipeline(
            "task: regression\ndata: {train: {npy: {features: x.npy, labels: y.npy}}, split: {kfold: 4}}\nmodel: {mlp: [8]}\n")));

        Assert.That(failure!.Message, Is.EqualTo("pipelines.yaml:5:75 data.split.kfold.k: 4 folds of 3 rows: a fold would have no row"));
    }

    [Test]
    public void Load_FinalWithoutValidationRows_HasNoUse() => Assert.That(
        ConfigText.Errors(ConfigText.Pipeline(Images.Replace("SPLIT", "{holdout: 0}", StringComparison.Ordinal) + "final: {fit: train+validation}\n")),
        Is.EqualTo("pipelines.yaml:7:12 final: has no use here: 'data.split' holds no validation rows out, so training has all rows already"));

    [Test]
    public void Load_Final_MayBeShort() => Assert.That(
        ConfigText.Load(ConfigText.Pipeline(Images.Replace("SPLIT", "kfold", StringComparison.Ordinal) + "final: train+validation\n")).Options.Final,
        Is.EqualTo(new FinalFitOptions { Fit = FitRows.TrainAndValidation }));
}
