using System.Globalization;
using System.Text;
using System.Text.Json;
using Anneal.Onnx;
using Anneal.Onnx.Kernels;
using Anneal.Pipeline.Runs;
using Anneal.Pipeline.Stages;
using Anneal.Tests.Pipeline.Report;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>A run that is well, broken on purpose in each way that costs people weeks: the report, or a check before training, names it.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class BrokenRunTests
{
    private const string Config = """
        version: 1
        pipelines:
          signs:
            task: classification
            data:
              train: {csv: {path: train.csv, columns: {a: number, b: number, c: number, d: number, e: number, y: category}}}
              test: {csv: {path: test.csv}}
              label: y
              split: {holdout: {validation: 0.25}}
            model: {layers: [{dense: {units: 32, activation: relu}}, {dense: {units: 32, activation: relu}}, {dense: auto}]}
            train: {optimizer: {adam: {lr: 0.01}}, batch: 16, epochs: 6, log_every: 1}

          sums:
            task: regression
            data:
              train: {csv: {path: numbers.csv, columns: {a: number, b: number, c: number, d: number, e: number, y: number}}}
              label: y
              split: {holdout: {validation: 0.25}}
            model: {mlp: [32]}
            train: {optimizer: {adam: {lr: 0.01}}, batch: 16, epochs: 6}

        """;

    private const int TrainRows = 480;
    private const int TestRows = 120;
    private readonly TempFolder _folder = new();

    [OneTimeSetUp]
    public void Write()
    {
        _folder.Write("pipelines.yaml", Config);
        _folder.Write("train.csv", Table("train", TrainRows, Quadrant));
        _folder.Write("test.csv", Table("test", TestRows, Quadrant));
        _folder.Write("numbers.csv", Table("train", TrainRows, Sum));
        int[] order = Anneal.Trainer.Data.Permutation.Of(7, "tests/shuffled", 0, TrainRows);
        _folder.Write("shuffled.csv", Table("train", TrainRows, (rows, r) => Quadrant(rows, order[r])));
        _folder.Write("shuffled-numbers.csv", Table("train", TrainRows, (rows, r) => Sum(rows, order[r])));
        _folder.Write("unscaled.csv", Table("train", TrainRows, Quadrant, (r, row) => row[2] = 5000 + (900 * row[2])));
        _folder.Write("unscaled-test.csv", Table("test", TestRows, Quadrant, (r, row) => row[2] = 5000 + (900 * row[2])));
        _folder.Write("leaking.csv", Table("train", TrainRows, Quadrant, (r, row) => row[4] = (row[0] > 0 ? 2 : 0) + (row[1] > 0 ? 1 : 0)));
        _folder.Write("repeated.csv", Table("test", TestRows, Quadrant) + string.Join('\n', File.ReadAllLines(_folder["train.csv"])[1..8]) + "\n");
    }

    [OneTimeTearDown]
    public void Delete() => _folder.Dispose();

    [TestCase("signs")]
    [TestCase("sums")]
    public void Run_Unbroken_HasNothingToObjectTo(string pipeline)
    {
        JsonElement report = Run(pipeline, "unbroken-" + pipeline);

        Assert.That(ReportPage.Verdicts(report), Is.Empty, report.GetProperty("verdicts").ToString());
    }

    [TestCase("train.optimizer={adam: {lr: 0.01}}", "train.optimizer.adam.lr=1", "learning rate too high")]
    [TestCase("train.optimizer={momentum: {lr: 0.02}}", "train.optimizer.momentum.lr=2", "learning rate too high")]
    [TestCase("train.optimizer={adam: {lr: 0.01}}", "train.optimizer.adam.lr=1e-5", "learning rate too low")]
    [TestCase("train.optimizer={momentum: {lr: 0.02}}", "train.optimizer.momentum.lr=2e-5", "learning rate too low")]
    public void Run_RateTimes100OrOver1000_IsNamedAndTheRateItselfIsNot(string healthy, string broken, string verdict)
    {
        string[] before = ReportPage.Verdicts(Run("signs", "rate", healthy));
        JsonElement report = Run("signs", "rate", healthy, broken);

        Assert.That(before, Is.Empty);
        Assert.That(ReportPage.Verdicts(report), Does.Contain(verdict));
        Assert.That(Evidence(report, verdict), Does.Contain("where about 1e-3 is healthy"));
    }

    [TestCase("signs", "shuffled.csv", "the best validation accuracy of all epochs is ")]
    [TestCase("sums", "shuffled-numbers.csv", "the best validation r2 of all epochs is ")]
    public void Run_LabelsShuffledAgainstFeatures_IsALabelProblem(string pipeline, string file, string evidence)
    {
        JsonElement report = Run(pipeline, "shuffled-" + pipeline, "data.train.csv.path=" + file);

        Assert.That(ReportPage.Verdicts(report), Does.Contain("label problem"));
        Assert.That(Evidence(report, "label problem"), Does.StartWith(evidence));
    }

    [Test]
    public void Run_SmallWeightsInNineLayersOfTanh_IsAVanishingSignalWhoseVariancesFallInTheReport()
    {
        const string Layer = "{dense: {units: 32, activation: tanh, init: {kind: normal, scale: 0.01}}}, ";
        string layers = string.Concat(Enumerable.Repeat(Layer, 9));

        JsonElement report = Run("signs", "vanishing", $"model={{layers: [{layers}{{dense: auto}}]}}");

        Assert.That(ReportPage.Verdicts(report), Does.Contain("vanishing signal"));
        Assert.That(Evidence(report, "vanishing signal"), Does.Match("^the variance of the activations goes from \\S+ in 'dense1' to \\S+ in 'dense9' before training: "));
        JsonElement first = report.GetProperty("monitors")[0];
        double[] variances = [.. first.GetProperty("layers").EnumerateArray().Take(9).Select(l => l.GetProperty("activation").GetProperty("variance").GetDouble())];
        Assert.That(variances, Is.Ordered.Descending);
        // Each layer of 32 units keeps about 32·0.01² of the variance of the one before.
        Assert.That(variances.Zip(variances.Skip(1), (a, b) => b / a), Is.All.InRange(0.0005, 0.02));
    }

    [Test]
    public void Run_WeightsThatShutEveryRelu_IsADeadLayer()
    {
        JsonElement report = Run(
            "signs",
            "dead",
            "data.features.numeric=min_max",
            "model={layers: [{dense: {units: 32, activation: relu, init: {kind: constant, scale: -1}}}, {dense: {units: 32, activation: relu}}, {dense: auto}]}");

        Assert.That(ReportPage.Verdicts(report), Does.Contain("dead layer"));
        Assert.That(Evidence(report, "dead layer"), Does.Contain("dense1 100%"));
    }

    [Test]
    public void Run_UnscaledInputs_WarnsInTheReport()
    {
        JsonElement report = Run("signs", "unscaled", "data.train.csv.path=unscaled.csv", "data.test.csv.path=unscaled-test.csv", "data.features.numeric=none");

        Assert.That(report.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()), Has.Some.StartsWith("preflight scale: unscaled inputs: c (mean "));
    }

    [TestCase("leaking", "data.train.csv.path=leaking.csv", "leakage", "the answer follows from a single column: e (100")]
    [TestCase("repeated", "data.test.csv.path=repeated.csv", "duplicates", "7 of 127 test rows are also rows to train or choose by")]
    public void Run_DataThatTellsTheAnswer_FailsBeforeTrainingWithAReport(string name, string broken, string check, string detail)
    {
        AnnealException error = Assert.Throws<AnnealException>(() => Run("signs", name, broken))!;

        Assert.That(error.Code, Is.EqualTo(ExitCode.GateFailed));
        Assert.That(error.Message, Does.StartWith($"preflight failed at {check}: ").And.Contain(detail));
        Assert.That(Path.Combine(_folder[name], "step.onnx"), Does.Not.Exist, "nothing is trained");
        JsonElement report = ReportPage.Read(Path.Combine(_folder[name], "report.html"));
        Assert.That(report.GetProperty("status").GetString(), Is.EqualTo("failed"));
        Assert.That(report.GetProperty("error").GetString(), Is.EqualTo(error.Message));
        JsonElement failed = report.GetProperty("preflight").GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("status").GetString() == "failed");
        Assert.That(failed.GetProperty("name").GetString(), Is.EqualTo(check));
    }

    [Test]
    public void Run_LossNotFinite_WritesAReportThatSaysWhyAndIsReplacedByThatOfTheNextRun()
    {
        string[] broken = ["train.optimizer={sgd: {lr: 1e30}}"];

        AnnealException error = Assert.Throws<AnnealException>(() => Run("signs", "diverged", broken))!;

        Assert.That(error.Code, Is.EqualTo(ExitCode.GateFailed));
        JsonElement report = ReportPage.Read(Path.Combine(_folder["diverged"], "report.html"));
        Assert.That(ReportPage.Verdicts(report), Is.EqualTo(new[] { "diverged", "learning rate too high" }));
        Assert.That(Evidence(report, "diverged"), Is.EqualTo(error.Message));
        Assert.That(Evidence(report, "learning rate too high"), Does.Contain("the training loss is not finite in the first epoch"));
        Assert.That(report.GetProperty("steps").EnumerateArray().Last()[1].ToString(), Does.Match("NaN|Infinity"), "the step that gave it is in the curve");
        Assert.That(RunFolder.ReadRecord(_folder["diverged"])!.Status, Is.EqualTo("failed"));
        Assert.That(RunFolder.ReadRecord(_folder["diverged"])!.Warnings, Has.Some.StartsWith("diverged: epoch 1, step "));

        JsonElement good = Run("signs", "diverged");
        Assert.That(ReportPage.Verdicts(good), Is.Empty);
        Assert.That(good.GetProperty("metrics").EnumerateObject().Select(p => p.Name), Does.Contain("test"));
        foreach (string[] sets in new[] { broken, ["data.train.csv.path=leaking.csv"] })
        {
            Assert.Throws<AnnealException>(() => Run("signs", "diverged", sets));
            report = ReportPage.Read(Path.Combine(_folder["diverged"], "report.html"));
            Assert.That(report.GetProperty("metrics").EnumerateObject(), Is.Empty, "those in the folder are of an earlier run");
            Assert.That(report.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("name").GetString()), Is.SubsetOf(new[] { "data", "preflight" }));
        }

        Assert.That(ReportPage.Verdicts(Run("signs", "diverged")), Is.Empty, "the stage that writes it is not taken for unchanged");
    }

    private JsonElement Run(string pipeline, string name, params string[] sets)
    {
        var request = new RunRequest { ConfigPath = _folder["pipelines.yaml"], Pipeline = pipeline, Sets = sets, Threads = 1, Device = "cpu", OutFolder = _folder[name] };
        RunSummary summary = PipelineRunner.Run(request, new QuietRun(), CancellationToken.None);
        Assert.That(summary.ExitCode, Is.EqualTo(ExitCode.Done));
        return ReportPage.Read(Path.Combine(_folder[name], "report.html"));
    }

    private static string Evidence(JsonElement report, string verdict) =>
        report.GetProperty("verdicts").EnumerateArray().Single(v => v.GetProperty("name").GetString() == verdict).GetProperty("evidence").GetString()!;

    private static string Quadrant(double[][] rows, int row) => (rows[row][0] > 0, rows[row][1] > 0) switch
    {
        (true, true) => "north",
        (true, false) => "east",
        (false, true) => "west",
        _ => "south",
    };

    private static string Sum(double[][] rows, int row) => (rows[row][0] + (0.5 * rows[row][1] * rows[row][1])).ToString("R", CultureInfo.InvariantCulture);

    // Five columns of numbers in [-1, 1), of which the last three are noise.
    private static string Table(string part, int count, Func<double[][], int, string> answer, Action<int, double[]>? change = null)
    {
        ulong key = CounterRandom.Key(11, "tests/" + part);
        double[][] rows = [.. Enumerable.Range(0, count).Select(r => Enumerable.Range(0, 5).Select(c => (CounterRandom.UInt32(key, (ulong)((5 * r) + c)) / 2147483648.0) - 1).ToArray())];
        string[] answers = [.. rows.Select((_, r) => answer(rows, r))];
        var text = new StringBuilder("a,b,c,d,e,y\n");
        for (int r = 0; r < count; r++)
        {
            change?.Invoke(r, rows[r]);
            text.AppendJoin(',', rows[r].Select(v => v.ToString("R", CultureInfo.InvariantCulture))).Append(',').Append(answers[r]).Append('\n');
        }

        return text.ToString();
    }
}
