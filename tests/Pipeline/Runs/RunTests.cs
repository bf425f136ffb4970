using System.Text.Json;
using Anneal.Onnx;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Runs;
using Anneal.Pipeline.Stages;
using Anneal.Tests.Pipeline.Commands;
using Anneal.Tests.Pipeline.Report;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>Whole runs through the built command.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed partial class RunTests
{
    private static readonly string[] s_stages = ["data", "preflight", "train", "average", "export", "validate", "report"];
    private static readonly string[] s_resultFields = ["pipeline", "run", "status", "stages", "metrics", "validation", "model", "test_looks"];

    private readonly Workplace _place = new();
    private Tool _first = null!;

    [OneTimeSetUp]
    public void RunOnce() => _first = _place.Run("run", "quadrants", "--out", "base", "--json");

    [OneTimeTearDown]
    public void Delete() => _place.Dispose();

    [Test]
    public void Run_NewPipeline_ExitsWithZeroAndReportsAllFields()
    {
        Assert.That(_first.ExitCode, Is.Zero, _first.Error);
        JsonElement result = _first.Json;
        Assert.That(result.EnumerateObject().Select(p => p.Name), Is.EqualTo(s_resultFields));
        Assert.That(result.GetProperty("pipeline").GetString(), Is.EqualTo("quadrants"));
        Assert.That(result.GetProperty("run").GetString(), Is.EqualTo(_place["base"]));
        Assert.That(result.GetProperty("status").GetString(), Is.EqualTo("done"));
        Assert.That(Names(result), Is.EqualTo(s_stages));
        Assert.That(Cached(result), Is.All.False);
        Assert.That(result.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("status").GetString()), Is.All.EqualTo("done"));
        Assert.That(result.GetProperty("stages").EnumerateArray().Sum(s => s.GetProperty("seconds").GetDouble()), Is.Positive);
        foreach (string part in (string[])["train", "validation", "test"])
        {
            Assert.That(result.GetProperty("metrics").GetProperty(part).GetProperty("accuracy").GetDouble(), Is.InRange(0.9, 1.0), part);
            Assert.That(result.GetProperty("metrics").GetProperty(part).GetProperty("loss").GetDouble(), Is.InRange(0, 0.5), part);
        }

        JsonElement validation = result.GetProperty("validation");
        Assert.That(validation.GetProperty("passed").GetBoolean(), Is.True);
        Assert.That(validation.GetProperty("max_abs_diff").GetDouble(), Is.LessThanOrEqualTo(1e-5));
        Assert.That(validation.GetProperty("decision_flips").GetInt32(), Is.Zero);
        JsonElement gate = validation.GetProperty("gates").EnumerateArray().Single(g => g.GetProperty("name").GetString() == "test.accuracy");
        Assert.That(gate.GetProperty("passed").GetBoolean(), Is.True);
        Assert.That(gate.GetProperty("value").GetDouble(), Is.EqualTo(result.GetProperty("metrics").GetProperty("test").GetProperty("accuracy").GetDouble()));
        Assert.That(gate.GetProperty("limit").GetDouble(), Is.EqualTo(0.9));
        Assert.That(result.GetProperty("model").GetString(), Is.EqualTo(Path.Combine(_place["base"], "model.onnx")));
        foreach (string file in (string[])["config.yaml", "run.json", "metrics.jsonl", "step.onnx", "training.onnx", "model.onnx", "validation.json", "monitors.jsonl", "report.html", "tensorboard/events.out.tfevents.anneal"])
        {
            Assert.That(Path.Combine(_place["base"], file), Does.Exist);
        }
    }

    [Test]
    public void Run_FilesOfARun_AreAcceptedByPythonsChecker([Values("step.onnx", "training.onnx", "model.onnx")] string file) =>
        Tests.Onnx.PythonChecker.Check(Path.Combine(_place["base"], file));

    // Four epochs leave mistakes to show.
    [Test]
    public void Run_ReportOfMistakes_ShowsTheWorstWithTheirImages()
    {
        Tool run = _place.Run("run", "quadrants", "--out", "mistaken", "--set", "train.epochs=4", "--set", "validate={}");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(
            Section(Browser.Open(Path.Combine(_place["mistaken"], "report.html")), "answers"),
            Does.Contain("Worst mistakes").And.Match("<img[^>]* src=\"data:image/png;base64,iVBOR"));
    }

    [Test]
    public void Run_ReportInABrowser_DrawsItsSectionsAndPlots()
    {
        string page = Browser.Open(Path.Combine(_place["base"], "report.html"));

        Assert.That(page, Does.Contain("data-done=\"true\""), "the page's script came to its end");
        foreach (string section in (string[])["result", "verdicts", "preflight", "data", "curves", "monitors", "filters", "answers", "config", "environment"])
        {
            Assert.That(page, Does.Contain($"<section id=\"{section}\">"));
        }

        foreach (string plot in (string[])["classes", "loss", "accuracy", "f1", "steps", "rate", "ratios", "gradient_norm", "units", "activations", "gradients", "histograms", "predictions", "confusion", "roc", "calibration"])
        {
            Assert.That(page, Does.Match($"id=\"plot-{plot}\"[^>]*><div[^>]*><svg[^>]*>.*?<path"), plot);
        }

        Assert.That(Section(page, "preflight"), Does.Contain("gradient-check").And.Contain("relative error").And.Contain(">passed<"));
        Assert.That(Section(page, "data"), Does.Match("<img[^>]* src=\"data:image/png;base64,iVBOR"), "the contact sheet");
        Assert.That(Section(page, "curves"), Does.Contain(">train<").And.Contain(">train sample<").And.Contain(">validation<"));
        Assert.That(Section(page, "filters"), Does.Match("<img[^>]* src=\"data:image/png;base64,iVBOR"));
        Assert.That(Section(page, "config"), Does.Match("<td[^>]*>train\\.batch</td><td[^>]*>16</td><td[^>]*>pipelines\\.yaml:\\d+:\\d+</td>").And.Match("<td[^>]*>seed</td><td[^>]*>42</td><td[^>]*>default</td>"), "where a value comes from");
        Assert.That(Section(page, "environment"), Does.Match("<td[^>]*>train</td><td[^>]*>[\\d.]+</td>"), "what a stage took");
        Assert.That(page, Does.Not.Contain("src=\"http").And.Not.Contain("href=\"http"), "the page needs no network");
    }

    [Test]
    public void Run_NothingChanged_IsCachedAndChangesNothing()
    {
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(_place["base"], "model.onnx"));
        Tool again = _place.Run("run", "--out", "base", "--json");

        Assert.That(again.ExitCode, Is.Zero, again.Error);
        Assert.That(Cached(again.Json), Is.All.True);
        Assert.That(again.Json.GetProperty("metrics").ToString(), Is.EqualTo(_first.Json.GetProperty("metrics").ToString()));
        Assert.That(again.Json.GetProperty("validation").ToString(), Is.EqualTo(_first.Json.GetProperty("validation").ToString()));
        Assert.That(File.GetLastWriteTimeUtc(Path.Combine(_place["base"], "model.onnx")), Is.EqualTo(written));
    }

    [Test]
    public void Run_OnlyValidateChanged_RunsOnlyValidateAndSaysWhy()
    {
        _place.Copy("base", "validated");

        Tool tool = _place.Run("run", "--out", "validated", "--set", "validate.parity.max_abs=1e-4", "--json");

        Assert.That(Cached(tool.Json), Is.EqualTo(new[] { true, true, true, true, true, false, false }));
        Assert.That(tool.Error, Does.Contain("validate runs: its options changed"));
    }

    [Test]
    public void Run_GateBreached_ExitsWithOneAndSaysWhichAndByHowMuch()
    {
        _place.Copy("base", "gated");

        Tool tool = _place.Run("run", "--out", "gated", "--set", "validate.metric={test.loss: '<= 0.0001'}", "--json");

        Assert.That(tool.ExitCode, Is.EqualTo(1));
        Assert.That(tool.Json.GetProperty("status").GetString(), Is.EqualTo("gate_failed"));
        Assert.That(tool.Json.GetProperty("validation").GetProperty("passed").GetBoolean(), Is.False);
        double loss = tool.Json.GetProperty("metrics").GetProperty("test").GetProperty("loss").GetDouble();
        Assert.That(tool.Error, Does.Match(@"gate test\.loss failed: .*0\.0001.*" + FormattableString.Invariant($"{loss - 0.0001:0.###}")));
        Assert.That(RunFolder.ReadRecord(_place["gated"])!.Status, Is.EqualTo("gate_failed"));

        Tool again = _place.Run("run", "--out", "gated", "--set", "validate.metric={test.loss: '<= 0.0001'}", "--json");
        Assert.That(again.ExitCode, Is.EqualTo(1), "a cached breach is still one");
    }

    [Test]
    public void Run_UntilTrain_StopsThereAndGoesOnLater()
    {
        Tool part = _place.Run("run", "--out", "until", "--until", "train", "--set", "train.epochs=3", "--json");
        Assert.That(part.ExitCode, Is.Zero, part.Error);
        Assert.That(Names(part.Json), Is.EqualTo(s_stages[..3]));
        Assert.That(Path.Combine(_place["until"], "model.onnx"), Does.Not.Exist);
        Assert.That(part.Json.GetProperty("model").ValueKind, Is.EqualTo(JsonValueKind.Null));

        Tool rest = _place.Run("run", "--out", "until", "--set", "train.epochs=3", "--set", "validate.metric={}", "--json");
        Assert.That(rest.ExitCode, Is.Zero, rest.Error);
        Assert.That(Cached(rest.Json), Is.EqualTo(new[] { true, true, true, false, false, false, false }));
    }

    [Test]
    public void Run_Fresh_RunsEveryStageToTheSameBytes()
    {
        _place.Copy("base", "fresh");
        Tool tool = _place.Run("run", "--out", "fresh", "--fresh", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(Cached(tool.Json), Is.All.False);
        AssertSameModel("fresh");
    }

    [Test]
    public void Run_ModelFileMissing_IsExportedAgainToTheSameBytes()
    {
        _place.Copy("base", "deleted");
        File.Delete(Path.Combine(_place["deleted"], "model.onnx"));

        Tool tool = _place.Run("run", "--out", "deleted", "--json");

        Assert.That(Cached(tool.Json), Is.EqualTo(new[] { true, true, true, true, false, true, true }));
        Assert.That(tool.Error, Does.Contain("export   runs: a file of export is missing"));
        AssertSameModel("deleted");
    }

    [Test]
    public void Run_CanceledBeforeItBegins_IsInterruptedAndRunsNothing()
    {
        var request = new RunRequest { ConfigPath = _place["pipelines.yaml"], OutFolder = _place["canceled"] };

        RunSummary summary = PipelineRunner.Run(request, new ConsoleRunOutput(), new CancellationToken(canceled: true));

        Assert.That(summary.ExitCode, Is.EqualTo(ExitCode.Interrupted));
        Assert.That(summary.Stages, Is.EqualTo(new[] { new StageSummary("data", "interrupted", false, summary.Stages[0].Seconds) }));
        Assert.That(RunFolder.ReadRecord(_place["canceled"])!.Status, Is.EqualTo("interrupted"));
    }

    [Test]
    public void Run_DamagedRecord_ExitsWithThree()
    {
        _place.Copy("base", "record");
        File.WriteAllText(Path.Combine(_place["record"], "run.json"), "{\"pipeline\": 1");

        Tool tool = _place.Run("run", "--out", "record");

        Assert.That(tool.ExitCode, Is.EqualTo(3));
        Assert.That(tool.Error, Does.Contain("run.json is damaged"));
    }

    [TestCase("1")]
    [TestCase("3")]
    public void Run_OtherThreadCount_GivesTheSameBytes(string threads)
    {
        Tool tool = _place.Run("run", "--out", "threads" + threads, "--threads", threads);

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        AssertSameModel("threads" + threads);
    }

    [Test]
    public void Run_LossNotFinite_ExitsWithOneAndNamesNodeAndStep()
    {
        Tool tool = _place.Run("run", "--out", "diverged", "--set", "train.optimizer={sgd: {lr: 1e30}}");

        Assert.That(tool.ExitCode, Is.EqualTo(1));
        Assert.That(tool.Error, Does.Match(@"epoch 1, step \d+: the loss is \S+ over 16 rows; the first value that is not finite comes from node '\S+' \(\w+\) in step \d+; the state of step 0 is kept"));
        Assert.That(RunFolder.ReadRecord(_place["diverged"])!.Status, Is.EqualTo("failed"));
        string page = Browser.Open(Path.Combine(_place["diverged"], "report.html"));
        Assert.That(page, Does.Contain("data-done=\"true\"").And.Contain("id=\"plot-steps\"").And.Contain("href=\"#plot-steps\""));
    }

    private static IEnumerable<string?> Names(JsonElement result) => result.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("name").GetString());

    private static string Section(string page, string id) => page.Split($"<section id=\"{id}\">")[1].Split("</section>")[0];

    private static IEnumerable<bool> Cached(JsonElement result) => result.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("cached").GetBoolean());

    private void AssertSameModel(string run, string other = "base") => Assert.That(
        File.ReadAllBytes(Path.Combine(_place[run], "model.onnx")).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(_place[other], "model.onnx"))),
        Is.True,
        $"{run}/model.onnx differs from {other}/model.onnx");
}
