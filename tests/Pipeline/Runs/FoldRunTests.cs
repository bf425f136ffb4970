using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Kernels;
using Anneal.Pipeline.Runs;
using Anneal.Tests.Pipeline.Commands;
using Anneal.Tests.Pipeline.Report;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>Runs of several folds, through the built command.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class FoldRunTests
{
    private const string Config = """
        version: 1
        pipelines:
          rows:
            task: classification
            data:
              train: {csv: {path: rows.csv, columns: {a: number, b: number, who: ignore, y: category}}}
              label: y
              split: {kfold: {k: 3, test: 0.2}}
            model: {mlp: [8]}
            train: {epochs: 6, batch: 16, optimizer: {adam: {lr: 0.01}}}
            average: [last_k: 2, final]

        """;

    private readonly TempFolder _folder = new();
    private Tool _first = null!;

    [OneTimeSetUp]
    public void RunOnce()
    {
        _folder.Write("rows.csv", Table(240));
        _folder.Write("pipelines.yaml", Config);
        _first = Run("run", "--out", "base", "--json");
    }

    [OneTimeTearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void Run_KFold_ReportsEachFoldAndTheirMeanAndDeviation()
    {
        Assert.That(_first.ExitCode, Is.Zero, _first.Error);
        JsonElement result = _first.Json;
        Assert.That(
            result.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("name").GetString()),
            Is.EqualTo(new[]
            {
                "data", "preflight", "folds/1/train", "folds/1/average", "folds/2/train", "folds/2/average", "folds/3/train", "folds/3/average", "folds", "export", "validate", "report",
            }));
        double[] losses = [.. result.GetProperty("folds").EnumerateArray().Select(f => f.GetProperty("metrics").GetProperty("validation").GetProperty("loss").GetDouble())];
        Assert.That(result.GetProperty("folds").EnumerateArray().Select(f => f.GetProperty("name").GetString()), Is.EqualTo(new[] { "1", "2", "3" }));
        double mean = losses.Sum() / 3;
        Assert.That(Loss(result.GetProperty("mean"), "validation"), Is.EqualTo(mean).Within(1e-12));
        Assert.That(Loss(result.GetProperty("deviation"), "validation"), Is.EqualTo(Math.Sqrt(losses.Sum(l => (l - mean) * (l - mean)) / 2)).Within(1e-12));
        Assert.That(RunFolder.ReadRecord(_folder["base"])!.Mean!["validation"]["loss"], Is.EqualTo(mean).Within(1e-12));
    }

    [Test]
    public void Run_KFoldWithoutFinal_ExportsTheFoldThatIsBestOnValidationAndSaysWhich()
    {
        JsonElement result = _first.Json;
        JsonElement best = result.GetProperty("folds").EnumerateArray()
            .OrderByDescending(f => f.GetProperty("metrics").GetProperty("validation").GetProperty("accuracy").GetDouble())
            .ThenBy(f => f.GetProperty("metrics").GetProperty("validation").GetProperty("loss").GetDouble())
            .First();
        string name = best.GetProperty("name").GetString()!;

        Assert.That(result.GetProperty("exported").GetString(), Is.EqualTo("folds/" + name));
        Assert.That(Loss(result.GetProperty("metrics"), "validation"), Is.EqualTo(Loss(best.GetProperty("metrics"), "validation")));
        Model model = ModelReader.Read(Path.Combine(_folder["base"], "model.onnx"));
        Assert.That(model.Metadata["anneal.fit"], Is.EqualTo($"fold {name} of 3, the best on its validation rows"));
        Assert.That(_first.Error, Does.Contain($"fold {name} is the best and is exported"));
        foreach (string file in (string[])["step.onnx", "metrics.jsonl", "averaged.onnx", "checkpoints"])
        {
            Assert.That(Path.Combine(_folder["base"], "folds", name, file), Does.Exist);
        }
    }

    [Test]
    public void Run_KFoldReport_ShowsTheCurvesOfEveryFold()
    {
        string path = Path.Combine(_folder["base"], "report.html");

        JsonElement[] folds = [.. ReportPage.Read(path).GetProperty("folds").GetProperty("folds").EnumerateArray()];
        string page = Browser.Open(path);

        Assert.That(folds.Select(f => f.GetProperty("epochs").GetArrayLength()), Is.EqualTo(new[] { 6, 6, 6 }));
        Assert.That(folds.Select(f => f.GetProperty("epochs")[5].GetProperty("validation").GetProperty("loss").GetDouble()), Is.Unique);
        Assert.That(page, Does.Contain("data-done=\"true\""));
        foreach (string plot in (string[])["folds", "folds-train-loss", "folds-validation-loss", "folds-validation-accuracy"])
        {
            Assert.That(page, Does.Match($"id=\"plot-{plot}\"[^>]*><div[^>]*><svg[^>]*>.*?<path"), plot);
        }
    }

    [Test]
    public void Run_EveryFoldDiverges_ExitsWithOneAndReportsTheFirst()
    {
        Tool tool = Run("run", "--out", "none", "--set", "train.optimizer={sgd: {lr: 1e30}}", "--set", "train.log_every=1");

        Assert.That(tool.ExitCode, Is.EqualTo(1), tool.Error);
        Assert.That(tool.Error, Does.Contain("every fold failed"));
        JsonElement report = ReportPage.Read(Path.Combine(_folder["none"], "report.html"));
        Assert.That(ReportPage.Verdicts(report), Does.Contain("diverged").And.Contain("learning rate too high"));
        Assert.That(report.GetProperty("folds").GetProperty("folds").EnumerateArray().Select(f => f.GetProperty("error").GetString()), Is.All.Contain("the loss is"));
    }

    [Test]
    public void Run_NothingChanged_IsCachedAndIsNoLookAtTheTest()
    {
        Copy("base", "cached");

        Tool again = Run("run", "--out", "cached", "--json");

        Assert.That(again.Json.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("cached").GetBoolean()), Is.All.True);
        foreach (string property in (string[])["folds", "mean", "deviation", "metrics", "exported", "test_looks"])
        {
            Assert.That(again.Json.GetProperty(property).ToString(), Is.EqualTo(_first.Json.GetProperty(property).ToString()), property);
        }
    }

    [Test]
    public void Run_FinalAdded_TrainsNoFoldAgainAndFitsAsARunOnAllRowsDoes()
    {
        Copy("base", "final");

        Tool final = Run("run", "--out", "final", "--set", "final.fit=train+validation", "--json");
        Tool whole = Run("run", "--out", "whole", "--set", "data.split={holdout: {validation: 0, test: 0.2}}", "--set", "average=[last_k: 2]", "--json");

        Assert.That((final.ExitCode, whole.ExitCode), Is.EqualTo((0, 0)), final.Error + whole.Error);
        Assert.That(
            final.Json.GetProperty("stages").EnumerateArray().Where(s => !s.GetProperty("cached").GetBoolean()).Select(s => s.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "folds", "final/train", "final/average", "export", "validate", "report" }));
        Assert.That(final.Json.GetProperty("exported").GetString(), Is.EqualTo("final"));
        string chosen = RunFolder.ReadRecord(_folder["final"])!.Choice!.Candidate;
        Assert.That(ModelReader.Read(Path.Combine(_folder["final"], "model.onnx")).Metadata["anneal.fit"], Is.EqualTo("final fit on train+validation, 6 epochs"));
        Assert.That(Loss(final.Json.GetProperty("metrics"), "validation"), Is.EqualTo(Loss(final.Json.GetProperty("mean"), "validation")));
        Assert.That(
            File.ReadAllBytes(Path.Combine(_folder["final"], "final", "checkpoints", "step-000000072.onnx")).AsSpan().SequenceEqual(
                File.ReadAllBytes(Path.Combine(_folder["whole"], "checkpoints", "step-000000072.onnx"))),
            Is.True,
            "192 rows in batches of 16 are 72 steps in 6 epochs");
        Assert.That(chosen, Is.AnyOf("last_k 2", "final"));
    }

    [Test]
    public void Run_FinalWithEarlyStopping_TrainsForTheMeanOfTheFoldsBestEpochs()
    {
        Tool tool = Run(
            "run", "--out", "stopped", "--until", "average", "--set", "final.fit=train+validation", "--set", "average=none", "--set", "train.epochs=40",
            "--set", "train.optimizer.adam.lr=0.1", "--set", "train.early_stopping={patience: 3}", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        RunRecord record = RunFolder.ReadRecord(_folder["stopped"])!;
        double mean = record.Folds.Average(f => f.Candidates[0].Epochs);
        Assert.That(record.Choice!.Epochs, Is.EqualTo((int)Math.Round(mean, MidpointRounding.AwayFromZero)).And.InRange(1, 37));
        Assert.That(File.ReadLines(Path.Combine(_folder["stopped"], "final", "metrics.jsonl")).Last(), Does.StartWith($"{{\"epoch\":{record.Choice.Epochs},"));
    }

    [Test]
    public void Run_UntilFolds_LooksAtNoTestRow()
    {
        Tool tool = Run("run", "--out", "until", "--until", "folds", "--set", "final.fit=train+validation", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.GetProperty("metrics").EnumerateObject().Select(m => m.Name), Is.EqualTo(new[] { "validation" }));
        Assert.That(tool.Json.TryGetProperty("test_looks", out _), Is.False);
    }

    [Test]
    public void Run_SameTestRowsAgain_CountsTheLook()
    {
        string[] other = ["--set", "data.split={kfold: {k: 2, test: 0.25}}", "--json"];

        int first = Run(["run", "--out", "look1", .. other]).Json.GetProperty("test_looks").GetInt32();
        Tool second = Run(["run", "--out", "look2", "--set", "train.epochs=7", .. other]);

        Assert.That((first, second.Json.GetProperty("test_looks").GetInt32()), Is.EqualTo((1, 2)));
        Assert.That(second.Error, Does.Contain("test looked at 2 times"));
        Assert.That(RunFolder.ReadRecord(_folder["look2"])!.TestLooks, Is.EqualTo(2));
    }

    [Test]
    public void Run_TestOfOtherLabels_WarnsThatItIsFarBelowValidation()
    {
        _folder.Write("other.csv", Table(120, isFlipped: true));

        Tool tool = Run("run", "--out", "far", "--set", "data.split.kfold.test=0", "--set", "data.test={csv: {path: other.csv}}");

        Assert.That(tool.Error, Does.Match(@"warning: test is far below validation: accuracy [01]\.\d+ against accuracy [01]\.\d+, \d+\.\d standard errors"));
        Assert.That(RunFolder.ReadRecord(_folder["far"])!.Warnings, Has.Some.StartWith("test is far below validation"));
    }

    [Test]
    [Category("Slow")]
    [Explicit("takes a quarter of a minute: dotnet test --filter TestCategory=Slow")]
    public void Resume_AfterKillInTheSecondFold_GivesTheSameBytesAndTrainsNoFinishedFoldAgain()
    {
        string[] settings = ["--set", "train.epochs=60", "--set", "final.fit=train+validation"];
        (string, string, int) inTheSecondFold = (Path.Combine(_folder["killed"], "folds", "2", "checkpoints"), "step-*.onnx", 2);
        using (Process process = Tool.StartUntil(inTheSecondFold, 60, _folder[""], ["run", "--out", "killed", .. settings]))
        {
            process.Kill();
            process.WaitForExit();
        }

        Tool resumed = Run("resume", "killed", "--json");
        Tool whole = Run(["run", "--out", "undisturbed", .. settings]);

        Assert.That((resumed.ExitCode, whole.ExitCode), Is.EqualTo((0, 0)), resumed.Error);
        Assert.That(
            resumed.Json.GetProperty("stages").EnumerateArray().Where(s => s.GetProperty("cached").GetBoolean()).Select(s => s.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "data", "preflight", "folds/1/train", "folds/1/average" }));
        Assert.That(
            File.ReadAllBytes(Path.Combine(_folder["killed"], "model.onnx")).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(_folder["undisturbed"], "model.onnx"))),
            Is.True);
    }

    [Test]
    public void Run_AFoldDiverges_WarnsAndGoesOnWithTheOthers()
    {
        _folder.Write("huge.csv", Table(60) + "1e30,1e30,huge,up\n1e30,-1e30,huge,down\n");
        string[] settings =
        [
            "--set", "data.train.csv.path=huge.csv", "--set", "data.features.numeric=none", "--set", "data.split={kfold: {k: 2, shuffle: false, stratify: false}}",
            "--set", "train.optimizer={sgd: {lr: 0.1}}", "--set", "preflight=none", "--until", "folds", "--json",
        ];

        Tool tool = Run(["run", "--out", "failed", .. settings]);

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Error, Does.Match(@"warning: fold 1 failed, and the means are over the others: epoch \d+, step "));
        Assert.That(tool.Json.GetProperty("folds")[0].GetProperty("error").GetString(), Does.Contain("the loss is"));
        Assert.That(
            tool.Json.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("status").GetString()),
            Is.EqualTo(new[] { "done", "failed", "skipped", "done", "done", "done" }));
        Assert.That(tool.Json.TryGetProperty("deviation", out _), Is.False, "one fold deviates from nothing");
    }

    [TestCase("{group: who}", 1)]
    [TestCase("{group: {column: who, k: 3}}", 3)]
    [TestCase("{time: {column: a, cut: 0.5}}", 1)]
    [TestCase("{bootstrap: 2}", 2)]
    [TestCase("{repeated_kfold: {k: 2, repeats: 2}}", 4)]
    public void Run_OtherSplit_TrainsItsFolds(string split, int folds)
    {
        Tool tool = Run("run", "--out", "split" + split.GetHashCode(StringComparison.Ordinal).ToString("x", CultureInfo.InvariantCulture), "--set", $"data.split={split}", "--set", "train.epochs=2", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.GetProperty("stages").EnumerateArray().Count(s => s.GetProperty("name").GetString()!.EndsWith("train", StringComparison.Ordinal)), Is.EqualTo(folds));
    }

    [TestCase("{kfold: 300}", 2, @"--set data\.split → \S*rows\.csv → 300 folds of 240 rows")]
    [TestCase("{group: same}", 3, @"data\.split → \S*rows\.csv → all rows are of one group, 'x': none can be held out")]
    [TestCase("{given: who}", 3, @"data\.split → \S*rows\.csv → row 0 \(from 0\): 'p\d+' is no part of the data")]
    public void Run_SplitThatTheRowsDoNotAllow_NamesTheFile(string split, int code, string message)
    {
        string columns = split.Contains("same", StringComparison.Ordinal) ? "{a: number, b: number, same: ignore, y: category}" : "{a: number, b: number, who: ignore, y: category}";
        _folder.Write("same-rows.csv", Table(20, who: "x").Replace("who", "same", StringComparison.Ordinal));
        string path = split.Contains("same", StringComparison.Ordinal) ? "same-rows.csv" : "rows.csv";

        Tool tool = Run("run", "--out", "bad", "--set", $"data.train.csv={{path: {path}, columns: {columns}}}", "--set", $"data.split={split}");

        Assert.That(tool.ExitCode, Is.EqualTo(code), tool.Error);
        Assert.That(tool.Error, Does.Match(message));
    }

    private static double Loss(JsonElement metrics, string part) => metrics.GetProperty(part).GetProperty("loss").GetDouble();

    private static string Table(int rows, bool isFlipped = false, string? who = null)
    {
        var text = new StringBuilder("a,b,who,y\n");
        ulong key = CounterRandom.Key(0, "tests/folds");
        for (ulong i = 0; i < (ulong)rows; i++)
        {
            double a = (CounterRandom.UInt32(key, 2 * i) / 2147483648.0) - 1;
            double b = (CounterRandom.UInt32(key, (2 * i) + 1) / 2147483648.0) - 1;
            text.Append(CultureInfo.InvariantCulture, $"{a:R},{b:R},{who ?? $"p{i % 12}"},{(a + b > 0 != isFlipped ? "up" : "down")}\n");
        }

        return text.ToString();
    }

    private Tool Run(params string[] arguments) => Tool.RunIn(_folder[""], arguments);

    private void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(_folder[from], "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != ".lock"))
        {
            string target = Path.Combine(_folder[to], Path.GetRelativePath(_folder[from], file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
