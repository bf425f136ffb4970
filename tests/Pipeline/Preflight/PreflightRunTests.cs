using System.Globalization;
using System.Text.Json;
using Anneal.Onnx.Kernels;
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
    public void Check_LrFind_SuggestsARateAndWritesNothing()
    {
        string[] before = Directory.GetFileSystemEntries(_folder[""]);

        Tool tool = Run("check", "--lr-find", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.GetProperty("lr_find").GetProperty("suggested").GetDouble(), Is.InRange(1e-4, 1));
        Assert.That(tool.Json.GetProperty("lr_find").GetProperty("points").GetArrayLength(), Is.GreaterThan(50));
        Assert.That(Directory.GetFileSystemEntries(_folder[""]), Is.EquivalentTo(before));
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
