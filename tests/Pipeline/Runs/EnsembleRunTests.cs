using System.Diagnostics;
using System.Text.Json;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Runs;
using Anneal.Tests.Pipeline.Commands;
using Anneal.Tests.Pipeline.Report;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>Averaging and ensembles, through the built command.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class EnsembleRunTests
{
    private const string Short = "train.epochs=12";
    private const string All = "average=[last_k: 3, best, final, swa: {epochs: 4, cycle: 2}, ema: 0.9, ema: 0.99, soup: uniform, soup: greedy]";

    private readonly Workplace _place = new();
    private Tool _tournament = null!;

    [OneTimeSetUp]
    public void RunOnce() => _tournament = _place.Run("run", "--out", "base", "--set", Short, "--set", All, "--set", "validate.metric={}", "--json");

    [OneTimeTearDown]
    public void Delete() => _place.Dispose();

    [Test]
    public void Run_AllCandidates_AreInTheTableAndTheBestIsExported()
    {
        Assert.That(_tournament.ExitCode, Is.Zero, _tournament.Error);
        CandidateRecord[] candidates = [.. RunFolder.ReadRecord(_place["base"])!.Candidates];
        Assert.That(candidates.Select(c => c.Name), Is.EqualTo(new[] { "last_k 3", "best", "final", "swa", "ema 0.9", "ema 0.99", "soup uniform", "soup greedy" }));
        CandidateRecord winner = candidates.Single(c => c.Chosen);
        Assert.That(winner.Validation["accuracy"], Is.EqualTo(candidates.Max(c => c.Validation["accuracy"])));
        Assert.That(winner.Validation["loss"], Is.EqualTo(candidates.Where(c => c.Validation["accuracy"] == winner.Validation["accuracy"]).Min(c => c.Validation["loss"])));
        JsonElement result = _tournament.Json;
        Assert.That(result.GetProperty("metrics").GetProperty("validation").GetProperty("loss").GetDouble(), Is.EqualTo(winner.Validation["loss"]));
        Assert.That(result.GetProperty("candidates").GetArrayLength(), Is.EqualTo(8));
        Assert.That(_tournament.Error, Does.Match(@"candidate +accuracy +loss").And.Match($@"{winner.Name} +[0-9.]+ +[0-9.]+ +chosen"));
        Assert.That(File.ReadAllText(Path.Combine(_place["base"], "report.html")), Does.Contain("\"tournaments\":[{").And.Contain("soup greedy"));
    }

    [Test]
    public void Run_NamedWinner_IsExportedAndNothingIsTrainedAgain()
    {
        _place.Copy("base", "named");

        Tool named = _place.Run("run", "--out", "named", "--set", Short, "--set", All, "--set", "average.winner=ema 0.9", "--set", "validate.metric={}", "--json");

        Assert.That(named.ExitCode, Is.Zero, named.Error);
        Assert.That(Ran(named), Is.EqualTo(new[] { "average", "export", "validate", "report" }));
        Assert.That(RunFolder.ReadRecord(_place["named"])!.Candidates.Single(c => c.Chosen).Name, Is.EqualTo("ema 0.9"));
    }

    [Test]
    public void Run_GreedySoupAfterTheBestIsNoLongerKept_BeginsWithTheBest()
    {
        string[] ruined = ["--set", "train={checkpoint: {keep: 2}, phases: [{optimizer: {adam: {lr: 0.01}}, batch: 16, epochs: 6}, {optimizer: {sgd: {lr: 2}}, batch: 16, epochs: 3}]}"];

        Tool tool = _place.Run(["run", "--out", "ruined", .. ruined, "--set", "average=[final, best, soup: uniform, soup: greedy]", "--set", "preflight=none", "--set", "validate.metric={}", "--json"]);

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        CandidateRecord[] candidates = [.. RunFolder.ReadRecord(_place["ruined"])!.Candidates];
        double[] accuracy = [.. candidates.Select(c => c.Validation["accuracy"])];
        Assert.That(candidates[1].Epochs, Is.LessThanOrEqualTo(6), "the second phase ruins the weights");
        Assert.That(accuracy[0], Is.LessThan(accuracy[1] - 0.1));
        Assert.That(accuracy[2], Is.LessThan(accuracy[1] - 0.1), "the last two checkpoints");
        Assert.That(accuracy[3], Is.GreaterThanOrEqualTo(accuracy[1]));
    }

    [Test]
    public void Run_SwaKilledAndResumedOnOtherThreads_SameBytes()
    {
        string[] arguments = ["--set", Short, "--set", "average=[swa: {epochs: 60}, ema: 0.9]", "--set", "validate.metric={}"];
        Tool whole = _place.Run(["run", "--out", "swa-whole", "--threads", "1", .. arguments]);
        (string, string, int) twoSnapshots = (Path.Combine(_place["swa-parts"], "swa", "checkpoints"), "snapshot-*.onnx", 2);
        using Process process = Tool.StartUntil(twoSnapshots, 60, _place.Folder, ["run", "--out", "swa-parts", "--threads", "2", .. arguments]);
        process.Kill();
        Tool.Finish(process);
        Assert.That(Path.Combine(_place["swa-parts"], "model.onnx"), Does.Not.Exist, "it was killed while training");
        Tool resumed = _place.Run("resume", "swa-parts", "--threads", "1");

        Assert.That((whole.ExitCode, resumed.ExitCode), Is.EqualTo((0, 0)), whole.Error + resumed.Error);
        SameBytes("swa-whole", "swa-parts", "model.onnx", "averaged.onnx", "swa.onnx");
    }

    [Test]
    [Category("Slow")]
    [Explicit("takes half a minute: dotnet test --filter TestCategory=Slow")]
    public void Run_SeedsKilledAndResumed_SameBytesAndNoMemberIsTrainedTwice()
    {
        string[] arguments = ["--set", "train.epochs=40", "--set", "ensemble.members.seeds=3", "--set", "average=[last_k: 3, final]", "--set", "validate.metric={}"];
        Tool whole = _place.Run(["run", "--out", "seeds-whole", "--threads", "2", "--json", .. arguments]);
        (string, string, int) inTheSecondMember = (Path.Combine(_place["seeds-parts"], "members", "43", "checkpoints"), "step-*.onnx", 1);
        using Process process = Tool.StartUntil(inTheSecondMember, 60, _place.Folder, ["run", "--out", "seeds-parts", "--threads", "1", .. arguments]);
        process.Kill();
        Tool.Finish(process);
        Tool resumed = _place.Run("resume", "seeds-parts", "--json");

        Assert.That((whole.ExitCode, resumed.ExitCode), Is.EqualTo((0, 0)), whole.Error + resumed.Error);
        SameBytes("seeds-whole", "seeds-parts", "model.onnx", "ensemble.onnx");
        Assert.That(Ran(resumed), Does.Not.Contain("members/42/train").And.Contain("members/44/train"));
        EnsembleRecord record = RunFolder.ReadRecord(_place["seeds-whole"])!.Ensemble!;
        Assert.That(record.Members.Select(m => (m.Name, m.Weight)), Is.EqualTo(new[] { ("members/42", 1 / 3.0), ("members/43", 1 / 3.0), ("members/44", 1 / 3.0) }));
        Assert.That(record.Part, Is.EqualTo("test"));
        Assert.That(record.Agreement[0][0], Is.EqualTo(1));
        Assert.That(record.Agreement[0][1], Is.EqualTo(record.Agreement[1][0]).And.InRange(0.5, 1));
        Assert.That(record.Cost.Parameters, Is.EqualTo(3 * record.Members[0].Cost.Parameters));
        Assert.That(record.Cost.MultiplyAdds, Is.EqualTo(3 * record.Members[0].Cost.MultiplyAdds));
        JsonElement result = whole.Json;
        Assert.That(result.GetProperty("metrics").GetProperty("test").GetProperty("accuracy").GetDouble(), Is.EqualTo(record.Metrics["accuracy"]));
        Assert.That(result.GetProperty("validation").GetProperty("decision_flips").GetInt32(), Is.Zero);
        Model model = ModelReader.Read(Path.Combine(_place["seeds-whole"], "model.onnx"));
        Assert.That(model.Metadata["anneal.fit"], Is.EqualTo("ensemble by mean_probabilities: members/42, members/43, members/44"));
        Assert.That(model.Graph.Nodes.Count(n => n.OpType == "Cast" && n.Inputs.Contains("input")), Is.EqualTo(1), "the preprocessing is there once");
        string page = Browser.Open(Path.Combine(_place["seeds-whole"], "report.html"));
        Assert.That(page, Does.Contain("data-done=\"true\"").And.Contain("<section id=\"ensemble\">").And.Contain("<section id=\"tournament\">"));
    }

    [TestCase("{members: {seeds: 2}, combine: mean_logits}")]
    [TestCase("{members: {seeds: 2}, combine: weighted}")]
    [TestCase("{members: {seeds: 3}, combine: majority_vote, views: flip}")]
    [TestCase("{members: snapshots}", "train.schedule={warm_restarts: {period: 4}}")]
    [TestCase("{members: {snapshots: 2}}", "train.schedule={cyclic: {period: 4}}")]
    [TestCase("{members: {runs: [base]}}")]
    [TestCase("{members: {runs: {paths: [base], top: 1}}}")]
    [TestCase("{members: folds}", "data.split={kfold: 3}")]
    [TestCase("{views: flip}", "data.split={kfold: 3}")]
    [TestCase("{views: flip}", "final={}")]
    public void Run_Ensemble_PassesParityInOnnxRuntime(string ensemble, string more = "seed=42")
    {
        string run = "ensemble-" + Math.Abs(StringComparer.Ordinal.GetHashCode(ensemble + more));

        Tool tool = _place.Run("run", "--out", run, "--set", "train.epochs=8", "--set", more, "--set", "ensemble=" + ensemble, "--set", "average=none", "--set", "preflight=none", "--set", "validate.metric={}", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        JsonElement validation = tool.Json.GetProperty("validation");
        Assert.That(validation.GetProperty("passed").GetBoolean(), Is.True);
        Assert.That(validation.GetProperty("decision_flips").GetInt32(), Is.Zero);
        EnsembleRecord record = RunFolder.ReadRecord(_place[run])!.Ensemble!;
        Assert.That(record.Members.Sum(m => m.Weight), Is.EqualTo(1).Within(1e-9));
        Assert.That(tool.Json.GetProperty("metrics").GetProperty("test").GetProperty("accuracy").GetDouble(), Is.EqualTo(record.Metrics["accuracy"]));
    }

    // Text columns go through the ensemble's own preprocessing, whose folds have other statistics each.
    [TestCase("task: binary\ndata: {train: {csv: {path: rows.csv, columns: {a: number, kind: category, y: ignore, is: category}}}, label: is, split: {kfold: {k: 3, test: 0.2}}}", "{members: folds, combine: majority_vote}", "accuracy")]
    [TestCase("task: binary\ndata: {train: {csv: {path: rows.csv, columns: {a: number, kind: category, y: ignore, is: category}}}, label: is, split: {holdout: {validation: 0.2, test: 0.2}}}", "{members: {seeds: 2}, combine: mean_logits, distill: {}}", "accuracy")]
    [TestCase("task: regression\ndata: {train: {csv: {path: rows.csv, columns: {a: number, kind: category, y: number, is: ignore}}}, label: y, split: {holdout: {validation: 0.2, test: 0.2}}}", "{members: {seeds: 3}, combine: weighted}", "rmse")]
    [TestCase("task: regression\ndata: {train: {csv: {path: rows.csv, columns: {a: number, kind: category, y: number, is: ignore}}}, label: y, split: {kfold: {k: 3, test: 0.2}}}", "{members: folds, distill: {labels: 0}}", "rmse")]
    public void Run_EnsembleOfATable_PassesParityInOnnxRuntime(string data, string ensemble, string metric)
    {
        using var folder = new TempFolder();
        folder.Write("rows.csv", "a,kind,y,is\n" + string.Concat(Enumerable.Range(0, 200).Select(i =>
            FormattableString.Invariant($"{i * 37 % 101},{(i % 3 == 0 ? "x" : "y")},{(i * 37 % 101) + (i % 3 == 0 ? 20 : 0) + (i % 7)},{(i * 37 % 101 > 50 ? "high" : "low")}\n"))));
        folder.Write("pipelines.yaml", Config.ConfigText.Pipeline($"{data}\nmodel: {{mlp: [8]}}\npreflight: none\ntrain: {{epochs: 6, batch: 16}}\nensemble: {ensemble}\nvalidate: {{parity: {{max_abs: 1e-3}}}}"));

        Tool tool = Tool.RunIn(folder[""], "run", "--out", "run", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.GetProperty("validation").GetProperty("passed").GetBoolean(), Is.True);
        Assert.That(tool.Json.GetProperty("metrics").GetProperty("test").GetProperty(metric).GetDouble(), Is.GreaterThan(0));
        Assert.That(tool.Json.GetProperty("metrics").GetProperty("validation").GetProperty("loss").GetDouble(), Is.GreaterThan(0));
    }

    [Test]
    public void Run_Distilled_ExportsOneModelThatLearntFromTheEnsemble()
    {
        string[] arguments = ["--set", "train.epochs=30", "--set", "average=none", "--set", "validate.metric={}", "--set", "preflight=none"];
        Tool tool = _place.Run(["run", "--out", "student", "--json", "--set", "ensemble={members: {seeds: 2}, distill: {temperature: 2, labels: 0.2, model: {mlp: [8]}}}", .. arguments]);

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(Ran(tool), Is.SupersetOf(new[] { "members/42/train", "members/43/train", "ensemble", "student/train", "student/average" }));
        Model model = ModelReader.Read(Path.Combine(_place["student"], "model.onnx"));
        Assert.That(model.Metadata["anneal.fit"], Is.EqualTo("student of an ensemble by mean_probabilities: members/42, members/43"));
        Assert.That(model.Graph.Initializers.Values.Where(t => t.Rank == 2).Sum(t => t.Length), Is.EqualTo((64 * 8) + (8 * 4)));
        Assert.That(RunFolder.ReadRecord(_place["student"])!.Ensemble!.Part, Is.EqualTo("validation"), "the teacher is not tested");
        Assert.That(tool.Json.GetProperty("metrics").GetProperty("test").GetProperty("accuracy").GetDouble(), Is.GreaterThan(0.5));
        Assert.That(tool.Json.GetProperty("test_looks").GetInt32(), Is.GreaterThan(0));
        Tool again = _place.Run(["run", "--out", "student", "--json", "--set", "ensemble={members: {seeds: 2}, distill: {temperature: 4, labels: 0.2, model: {mlp: [8]}}}", .. arguments]);
        Assert.That(Ran(again), Does.Contain("student/train").And.Not.Contain("members/42/train").And.Not.Contain("ensemble"));
    }

    [Test]
    public void Run_SoupOfRuns_IsTheMeanOfTheirWeights()
    {
        string[] arguments = ["--set", "train.epochs=3", "--set", "validate.metric={}", "--set", "preflight=none"];
        Tool one = _place.Run(["run", "--out", "soup-one", "--set", "seed=7", "--set", "average=none", .. arguments]);
        Tool two = _place.Run(["run", "--out", "soup-two", "--set", "average=none", .. arguments]);

        Tool soup = _place.Run(["run", "--out", "soup", "--set", "average=[soup: {runs: [soup-one]}]", .. arguments]);

        Assert.That((one.ExitCode, two.ExitCode, soup.ExitCode), Is.EqualTo((0, 0, 0)), one.Error + two.Error + soup.Error);
        IReadOnlyDictionary<string, Tensor> a = Weights("soup-one");
        IReadOnlyDictionary<string, Tensor> b = Weights("soup-two");
        foreach ((string name, Tensor mean) in Weights("soup"))
        {
            for (int i = 0; i < mean.Length; i++)
            {
                Assert.That(mean.Span<float>()[i], Is.EqualTo((float)(((double)a[name].Span<float>()[i] + b[name].Span<float>()[i]) / 2)), name);
            }
        }
    }

    [Test]
    public void Run_SoupOfAnotherModel_IsRefusedByName()
    {
        string[] arguments = ["--set", "train.epochs=1", "--set", "validate.metric={}", "--set", "preflight=none"];
        _place.Run(["run", "--out", "soup-other", "--set", "model={mlp: [5]}", "--set", "average=none", .. arguments]);

        Tool soup = _place.Run(["run", "--out", "soup-refused", "--set", "average=[soup: {runs: [soup-other]}]", .. arguments]);

        Assert.That(soup.ExitCode, Is.EqualTo(3), soup.Error);
        Assert.That(soup.Error, Does.Contain("expected float[64,32]").And.Contain("a soup is of runs of the same model"));
    }

    private static string[] Ran(Tool tool) =>
        [.. tool.Json.GetProperty("stages").EnumerateArray().Where(s => !s.GetProperty("cached").GetBoolean()).Select(s => s.GetProperty("name").GetString()!)];

    private IReadOnlyDictionary<string, Tensor> Weights(string run) => ModelReader.Read(Path.Combine(_place[run], "averaged.onnx")).Graph.Initializers;

    private void SameBytes(string one, string other, params string[] files)
    {
        foreach (string file in files)
        {
            Assert.That(File.ReadAllBytes(Path.Combine(_place[one], file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(_place[other], file))), Is.True, file);
        }
    }
}
