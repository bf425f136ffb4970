using Anneal.Tests.Pipeline.Commands;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>Settings that cannot be: one message each with its place in the file, and exit code 2.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class BadSettingTests
{
    private const string Config = """
        version: 1
        pipelines:
          p:
            task: classification
            data: {train: {csv: {path: rows.csv, columns: {x: number, y: category}}}, label: y, split: {kfold: {k: 2, stratify: false}}}
            model: {layers: [{dropout: 0.5}, {dense: auto}]}
            train: {optimizer: {momentum: {momentum: 0.9}}, epochs: 1, early_stopping: {patience: 5, metric: validation.loss}}

        """;

    private readonly TempFolder _folder = new();

    [OneTimeSetUp]
    public void Write()
    {
        _folder.Write("rows.csv", "x,y\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"{i},{(i == 5 ? "b" : "a")}\n")));
        _folder.Write("good.yaml", Config);
    }

    [OneTimeTearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void Check_SettingsThatCanBe_Passes()
    {
        Tool tool = Tool.RunIn(_folder[""], "check", "--file", "good.yaml", "--set", "preflight=none");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
    }

    [TestCase("momentum: 0.9", "momentum: 1.2", @"7:46 train\.optimizer\.momentum\.momentum: must be at least 0 and less than 1, found 1\.2")]
    [TestCase("dropout: 0.5", "dropout: 1", @"6:32 model\.layers\.0\.dropout\.rate: must be at least 0 and less than 1, found 1")]
    [TestCase("k: 2", "k: 13", @"5:\d+ data\.split → \S*rows\.csv → 13 folds of 12 rows: a fold would have no row\. hint: lower 'k', or add rows")]
    [TestCase("stratify: false", "stratify: true", @"5:\d+ data\.split → \S*rows\.csv → class 'b' has 1 row to train and validate on, fewer than the 2 folds, so the split cannot be stratified\. hint: .+")]
    [TestCase("{kfold: {k: 2, stratify: false}}", "{holdout: {validation: 0.25, stratify: true}}", @"5:\d+ data\.split → \S*rows\.csv → class 'b' has a single row \(row 5 from 0\), so the split cannot be stratified\. hint: .+")]
    [TestCase("patience: 5", "patience: -1", @"7:\d+ train\.early_stopping\.patience: must be from 1 to 2147483647, found -1")]
    [TestCase("optimizer: {momentum: {momentum: 0.9}}, epochs: 1,", "phases: [{optimizer: adam}],", @"7:22 train\.phases\.0\.epochs: required key is missing \(passes over the training rows\)")]
    [TestCase("metric: validation.loss", "metric: validation.rmse", @"7:\d+ train\.early_stopping\.metric: unknown metric 'validation\.rmse' for this task; expected one of: .+")]
    public void Check_ABadSetting_ExitsWithTwoAndOneMessageAtItsPlace(string good, string bad, string message)
    {
        string file = _folder.Write($"{bad.GetHashCode(StringComparison.Ordinal):x}.yaml", Config.Replace(good, bad, StringComparison.Ordinal));

        Tool tool = Tool.RunIn(_folder[""], "check", "--file", Path.GetFileName(file));

        Assert.That(tool.Error.TrimEnd(), Does.Match($"^{System.Text.RegularExpressions.Regex.Escape(Path.GetFileName(file))}:{message}$").And.Not.Contain("\n"));
        Assert.That(tool.ExitCode, Is.EqualTo(2));
    }
}
