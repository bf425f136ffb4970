using System.Globalization;
using System.Text.Json;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Pipeline.Commands;

namespace Anneal.Tests.Pipeline.Preflight;

/// <summary>Tables broken on purpose, through the built command.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class PreflightRunTests
{
    private const string Config = """
        version: 1
        pipelines:
          table:
            task: classification
            data:
              train: {csv: {path: train.csv, columns: {a: number, b: number, c: number, y: category}}}
              test: {csv: {path: test.csv}}
              label: y
              split: {holdout: {validation: 0.2}}
            model: {mlp: {units: [16], dropout: 0.2}}
            train: {epochs: 3, batch: 16, optimizer: {adam: {lr: 0.01}}}

        """;

    private TempFolder _folder = null!;

    [SetUp]
    public void Write()
    {
        _folder = new TempFolder();
        _folder.Write("pipelines.yaml", Config);
        _folder.Write("train.csv", Rows("train", 300, (a, b, noise) => (a, b, noise)));
        _folder.Write("test.csv", Rows("test", 80, (a, b, noise) => (a, b, noise)));
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void Run_WithAndWithoutPreflight_GivesTheSameBytes()
    {
        Tool with = Run("run", "--out", "with", "--set", "preflight.overfit=20", "--set", "preflight.shuffled_labels=true", "--json");
        Tool without = Run("run", "--out", "without", "--set", "preflight=none", "--json");

        Assert.That((with.ExitCode, without.ExitCode), Is.EqualTo((0, 0)), with.Error + without.Error);
        Assert.That(File.ReadAllBytes(Path.Combine(_folder["with"], "model.onnx")), Is.EqualTo(File.ReadAllBytes(Path.Combine(_folder["without"], "model.onnx"))));
        Assert.That(Path.Combine(_folder["without"], "preflight.json"), Does.Not.Exist);
        JsonElement checks = Json("with/preflight.json").GetProperty("checks");
        Assert.That(checks.EnumerateArray().Select(StatusOf), Is.All.EqualTo("passed"), checks.ToString());
        JsonElement data = Json("with/data.json");
        Assert.That(data.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("name").GetString()), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(data.GetProperty("classes").EnumerateArray().Sum(c => c.GetProperty("test").GetInt32()), Is.EqualTo(80));
    }

    [Test]
    public void Run_LeakingColumn_FailsByNameUnlessAllowed()
    {
        _folder.Write("train.csv", Rows("train", 300, (a, b, noise) => (a, b, a + b > 0 ? 3 : 1)));

        Tool tool = Run("run", "--out", "run");
        Tool allowed = Run("check", "--set", "preflight.allow_leakage=[c]");

        Assert.That(tool.ExitCode, Is.EqualTo(1));
        Assert.That(tool.Error, Does.Contain("preflight failed at leakage: the answer follows from a single column: c (100"));
        Assert.That(Path.Combine(_folder["run"], "step.onnx"), Does.Not.Exist, "nothing is trained");
        Assert.That(StatusOf(Json("run/preflight.json").GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("name").GetString() == "leakage")), Is.EqualTo("failed"));
        Assert.That(allowed.ExitCode, Is.Zero, allowed.Output);
    }

    [Test]
    public void Check_TestRowsInTrain_FailsByNumberUnlessAllowed()
    {
        string[] train = Rows("train", 300, (a, b, noise) => (a, b, noise)).Split('\n');
        string test = Rows("test", 80, (a, b, noise) => (a, b, noise));
        _folder.Write("test.csv", test + string.Join('\n', train[1..8]) + "\n");

        Tool tool = Run("check", "--json");
        Tool allowed = Run("check", "--set", "preflight.allow_duplicates=7", "--json");

        Assert.That((tool.ExitCode, allowed.ExitCode), Is.EqualTo((1, 0)), tool.Error);
        Assert.That(tool.Json.GetProperty("passed").GetBoolean(), Is.False);
        JsonElement check = Check(tool, "duplicates");
        Assert.That(StatusOf(check), Is.EqualTo("failed"));
        Assert.That(check.GetProperty("detail").GetString(), Does.Contain("7 of 87 test rows").And.Contain("from 0: 80, 81"));
    }

    [Test]
    public void Check_UnscaledInputs_WarnsByName()
    {
        _folder.Write("train.csv", Rows("train", 300, (a, b, noise) => (a, b, 5000 + (900 * noise))));

        Tool tool = Run("check", "--set", "data.features.numeric=none", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(StatusOf(Check(tool, "scale")), Is.EqualTo("warning"));
        Assert.That(Check(tool, "scale").GetProperty("detail").GetString(), Does.StartWith("unscaled inputs: c (mean "));
        Assert.That(StatusOf(Check(tool, "shift")), Is.EqualTo("warning"), "the test rows kept the old unit");
        Assert.That(StatusOf(Check(tool, "initial-loss")), Is.EqualTo("warning"));
    }

    [Test]
    public void Check_ModelThatCannotLearn_FailsToOverfit()
    {
        Tool tool = Run("check", "--set", "preflight.overfit={samples: 40, steps: 100}", "--set", "model={layers: [dense: auto]}", "--set", "data.train.csv.columns={a: number, b: ignore, c: ignore, y: category}", "--json");

        Assert.That(tool.ExitCode, Is.EqualTo(1));
        Assert.That(StatusOf(Check(tool, "overfit")), Is.EqualTo("failed"));
        Assert.That(Check(tool, "overfit").GetProperty("hint").GetString(), Does.StartWith("look whether answers fit their rows"));
    }

    [Test]
    public void Check_WeightsThatKnowTheAnswer_FailsWithShuffledLabels()
    {
        _folder.Write("train.csv", Rows("train", 300, (a, b, noise) => (a + b > 0 ? 1 : -1, b, noise)));

        Tool tool = Run(
            "check", "--set", "preflight={data: false, shuffled_labels: true}", "--set", "task=binary", "--set", "data.train.csv.columns={a: number, b: ignore, c: ignore, y: category}",
            "--set", "model={layers: [{dense: {units: auto, init: {kind: constant, scale: 5}}}]}", "--json");

        Assert.That(tool.ExitCode, Is.EqualTo(1), tool.Error);
        Assert.That(StatusOf(Check(tool, "shuffled-labels")), Is.EqualTo("failed"));
        Assert.That(Check(tool, "shuffled-labels").GetProperty("detail").GetString(), Does.StartWith("validation accuracy 1.0000 ± 0.0000 over 6 trainings of 50 steps on permuted answers"));
    }

    [TestCase("zeros", "failed")]
    [TestCase("auto", "passed")]
    public void Check_PenaltyOfWeights_FailsWhereItRaisesNothing(string init, string status)
    {
        Tool tool = Run("check", "--set", "preflight={data: false, gradient_check: false}", "--set", $"model={{layers: [{{dense: {{units: auto, init: {init}}}}}]}}", "--set", "train.regularize.l2=0.1", "--json");

        Assert.That(StatusOf(Check(tool, "initial-loss")), Is.EqualTo(status));
        Assert.That(Check(tool, "initial-loss").GetProperty("detail").GetString(), Does.Match(init == "zeros" ? "; the penalty adds 0$" : @"; the penalty adds [\d.]*[1-9]"));
        Assert.That(tool.ExitCode, Is.EqualTo(status == "failed" ? 1 : 0));
    }

    [TestCase("[{lstm: {units: 4, return_sequences: true, bidirectional: true, dropout: 0.2}}, {lstm: 5}, {dense: auto}]")]
    [TestCase("[{gru: {units: 4, return_sequences: true, bidirectional: true, dropout: 0.2}}, {gru: 5}, {dense: auto}]")]
    [TestCase("[{dense: 8}, positions, {attention: {heads: 2, dropout: 0.2}}, layer_norm, {transformer_encoder: {heads: 2, feed_forward: 12}}, mean_over_time, {dense: auto}]")]
    public void Check_GradientOfSequences_IsGood(string layers)
    {
        Save("x.npy", [40, 6, 5], i => (CounterRandom.UInt32(3, (ulong)i) / 2147483648f) - 1);
        Save("y.npy", [40], i => i % 3);

        Tool tool = Run(
            "check", "--set", "data={train: {npy: {features: x.npy, labels: y.npy}}}", "--set", $"model={{layers: {layers}}}", "--set", "train.regularize.l2=0.01", "--set", "preflight={data: false}", "--json");

        Assert.That(StatusOf(Check(tool, "gradient-check")), Is.EqualTo("passed"), tool.Error + tool.Output);
        Assert.That(Check(tool, "gradient-check").GetProperty("values").EnumerateObject().Select(v => v.Value.GetDouble()), Is.All.LessThan(1e-5));
    }

    [Test]
    public void Check_LrFind_SuggestsARateAndWritesNothing()
    {
        string[] before = Directory.GetFileSystemEntries(_folder[""]);

        Tool tool = Run("check", "--lr-find", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.GetProperty("lr_find").GetProperty("suggested").GetDouble(), Is.InRange(1e-4, 1));
        Assert.That(tool.Json.GetProperty("lr_find").GetProperty("points").GetArrayLength(), Is.GreaterThan(50));
        Assert.That(Directory.GetFileSystemEntries(_folder[""]), Is.EquivalentTo(before));
    }

    private void Save(string name, int[] shape, Func<int, float> value)
    {
        Tensor tensor = shape.Length == 1 ? Tensor.Zeros(DType.Int64, shape) : Tensor.Zeros(DType.Float, shape);
        for (int i = 0; i < tensor.Length; i++)
        {
            if (shape.Length == 1)
            {
                tensor.Span<long>()[i] = (long)value(i);
            }
            else
            {
                tensor.Span<float>()[i] = value(i);
            }
        }

        using FileStream stream = File.Create(_folder[name]);
        NpyWriter.Write(stream, tensor);
    }

    private Tool Run(params string[] arguments) => Tool.RunIn(_folder[""], arguments);

    private JsonElement Json(string file) => JsonDocument.Parse(File.ReadAllText(_folder[file])).RootElement;

    private static JsonElement Check(Tool tool, string name) => tool.Json.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);

    private static string? StatusOf(JsonElement check) => check.GetProperty("status").GetString();

    // The class is the sign of a + b; c is noise.
    private static string Rows(string part, int rows, Func<double, double, double, (double A, double B, double C)> columns)
    {
        ulong key = CounterRandom.Key(5, "tests/" + part);
        double Draw(int i) => (CounterRandom.UInt32(key, (ulong)i) / 2147483648.0) - 1;
        return "a,b,c,y\n" + string.Concat(Enumerable.Range(0, rows).Select(r =>
        {
            (double a, double b) = (Draw(3 * r), Draw((3 * r) + 1));
            (double first, double second, double third) = columns(a, b, Draw((3 * r) + 2));
            return string.Create(CultureInfo.InvariantCulture, $"{first:R},{second:R},{third:R},{(a + b > 0 ? "up" : "down")}\n");
        }));
    }
}
