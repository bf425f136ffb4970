using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Anneal.Tests.Pipeline.Commands;

/// <summary>A small table through run, runs, validate and predict.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class RunCommandsTests
{
    private const string Pipeline = """
        version: 1
        pipelines:
          sides:
            task: classification
            data:
              train: {csv: {path: train.csv, columns: {a: number, b: number, side: category}}}
              test: {csv: {path: test.csv}}
              label: side
            model: {mlp: [8]}
            train: {batch: 16, epochs: 12, optimizer: {adam: {lr: 0.02}}, threads: 1}
            average: [final]
            validate: {parity: {max_abs: 1e-5, decision_flips: 0}, metric: {test.accuracy: ">= 0.8"}}
        """;

    private string _folder = "";
    private Tool _run = null!;

    [OneTimeSetUp]
    public void RunOnce()
    {
        _folder = Directory.CreateTempSubdirectory("anneal-run-").FullName;
        File.WriteAllText(Path.Combine(_folder, "pipelines.yaml"), Pipeline);
        File.WriteAllText(Path.Combine(_folder, "train.csv"), Table(200, 0));
        File.WriteAllText(Path.Combine(_folder, "test.csv"), Table(50, 1000));
        _run = Tool.RunIn(_folder, "run", "sides", "--out", "out", "--json");
    }

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Run_SmallTable_TrainsExportsAndPassesItsGates()
    {
        Assert.That(_run.ExitCode, Is.Zero, _run.Error);
        Assert.That(_run.Json.GetProperty("status").GetString(), Is.EqualTo("done"));
        Assert.That(_run.Json.GetProperty("validation").GetProperty("passed").GetBoolean());
        Assert.That(_run.Json.GetProperty("metrics").GetProperty("test").GetProperty("accuracy").GetDouble(), Is.GreaterThanOrEqualTo(0.8));
        Assert.That(_run.Json.GetProperty("model").GetString(), Does.Exist);
    }

    [Test]
    public void Run_NothingChanged_RunsNothingAndAnswersTheSame()
    {
        JsonElement again = Tool.RunIn(_folder, "run", "sides", "--out", "out", "--json").Json;

        Assert.That(again.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("cached").GetBoolean()), Has.All.True);
        Assert.That(again.GetProperty("model").GetString(), Is.EqualTo(_run.Json.GetProperty("model").GetString()));
        Assert.That(JsonElement.DeepEquals(again.GetProperty("metrics"), _run.Json.GetProperty("metrics")));
    }

    [Test]
    public void Check_SmallTable_FindsNothing()
    {
        Tool tool = Tool.RunIn(_folder, "check", "sides", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.ValueKind, Is.EqualTo(JsonValueKind.Object));
    }

    [Test]
    public void Runs_DefaultFolder_ListsTheRunWithItsMetrics()
    {
        Tool.RunIn(_folder, "run", "sides");

        JsonElement run = Tool.RunIn(_folder, "runs", "--json").Json.GetProperty("runs")[0];

        Assert.That(run.GetProperty("pipeline").GetString(), Is.EqualTo("sides"));
        Assert.That(run.GetProperty("status").GetString(), Is.EqualTo("done"));
        Assert.That(run.GetProperty("metrics").GetProperty("test").GetProperty("accuracy").GetDouble(), Is.Positive);
    }

    [Test]
    public void Validate_ModelOfARun_RepeatsItsTestMetric()
    {
        Tool tool = Tool.RunIn(_folder, "validate", "out/model.onnx", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        double expected = _run.Json.GetProperty("metrics").GetProperty("test").GetProperty("accuracy").GetDouble();
        Assert.That(tool.Json.GetProperty("metrics").GetProperty("accuracy").GetDouble(), Is.EqualTo(expected));
        Assert.That(tool.Json.GetProperty("rows").GetInt32(), Is.EqualTo(50));
        Assert.That(tool.Json.GetProperty("gates").EnumerateArray().Select(g => g.GetProperty("name").GetString()), Does.Contain("test.accuracy"));
    }

    [Test]
    public void Validate_ModelAlone_TakesTheTableAsItsSignatureSays()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "alone"));
        File.Copy(Path.Combine(_folder, "out", "model.onnx"), Path.Combine(_folder, "alone", "model.onnx"), overwrite: true);

        Tool tool = Tool.RunIn(_folder, "validate", "alone/model.onnx", "--csv", "test.csv", "--metric", "accuracy > 1", "--json");

        Assert.That(tool.ExitCode, Is.EqualTo(1), tool.Error);
        Assert.That(tool.Json.GetProperty("passed").GetBoolean(), Is.False);
        Assert.That(tool.Error, Does.Contain("FAILED accuracy"));
    }

    [Test]
    public void Validate_FileAlone_ReplaysTheRowsThatItBrings()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "golden"));
        File.Copy(Path.Combine(_folder, "out", "model.onnx"), Path.Combine(_folder, "golden", "model.onnx"), overwrite: true);
        Tool tool = Tool.RunIn(_folder, "validate", "golden/model.onnx", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.GetProperty("rows").GetInt32(), Is.EqualTo(8));
        Assert.That(
            tool.Json.GetProperty("gates").EnumerateArray().Select(g => g.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "structure", "batch_invariance.max_abs", "determinism.repeat", "determinism.threads", "provider", "golden.max_abs" }));
    }

    [TestCase("validate out/model.onnx --features a.npy", 2)]
    [TestCase("validate out/model.onnx --metric accuracy", 2)]
    [TestCase("validate out/model.onnx --csv missing.csv", 3)]
    [TestCase("validate train.csv", 3)]
    [TestCase("predict out/model.onnx test.csv", 2)]
    [TestCase("predict out/model.onnx test.csv -o answers.txt", 2)]
    [TestCase("predict out/model.onnx test.csv -o answers.csv --batch none", 2)]
    [TestCase("predict out/model.onnx test.csv -o answers.csv --on-error ignore", 2)]
    [TestCase("predict out/model.onnx missing.csv -o answers.csv", 3)]
    [TestCase("resume train.csv", 2)]
    [TestCase("check side", 2)]
    public void Command_WrongInput_ExitsWithItsCodeAndAMessage(string line, int code)
    {
        Tool tool = Tool.RunIn(_folder, [.. line.Split(' '), "--json"]);

        Assert.That(tool.ExitCode, Is.EqualTo(code), tool.Error);
        Assert.That(tool.Json.GetProperty("error").GetProperty("message").GetString(), Is.Not.Empty);
        Assert.That(File.Exists(Path.Combine(_folder, "answers.txt")), Is.False);
    }

    [Test]
    public void Predict_Table_WritesARowForEachAndSaysWhatIsNotRead()
    {
        string table = Table(30, 2000).Replace("a,b,side", "a,b,colour", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "new.csv"), table);

        Tool tool = Tool.RunIn(_folder, "predict", "out/model.onnx", "new.csv", "-o", "answers.csv", "--batch", "7", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.GetProperty("rows").GetInt64(), Is.EqualTo(30));
        Assert.That(tool.Json.GetProperty("ignored_columns")[0].GetString(), Is.EqualTo("colour"));
        string[] lines = File.ReadAllLines(Path.Combine(_folder, "answers.csv"));
        Assert.That(lines, Has.Length.EqualTo(31));
        Assert.That(lines[0], Does.StartWith("label,"));
        Assert.That(lines.Skip(1).Select(l => l.Split(',')[0]), Has.All.AnyOf("left", "right"));
    }

    [Test]
    public async Task Predict_Interrupted_SavesHowFarItCameAndGoesOnToTheSameBytes()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "many.csv"), "a,b\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"0.{i % 1000},0.5\n")));
        string[] command = ["predict", "out/model.onnx", "many.csv", "--batch", "1", "--json"];
        Tool whole = Tool.RunIn(_folder, [.. command, "-o", "whole.csv"]);
        Assert.That(whole.ExitCode, Is.Zero, whole.Error);

        using Process process = Tool.Start(_folder, [.. command, "-o", "many.out.csv"]);
        string part = Path.Combine(_folder, "many.out.csv.part");
        while (!process.HasExited && !(File.Exists(part) && new FileInfo(part).Length > 0))
        {
            await Task.Delay(1);
        }

        using (Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        Tool stopped = Tool.Finish(process);
        Assert.That(stopped.ExitCode, Is.EqualTo(130), stopped.Error);
        Assert.That(stopped.Error, Does.Contain("the same command goes on from there"));
        Tool resumed = Tool.RunIn(_folder, [.. command, "-o", "many.out.csv"]);

        Assert.That(resumed.ExitCode, Is.Zero, resumed.Error);
        Assert.That(resumed.Json.GetProperty("resumed_from").GetInt64(), Is.InRange(1, 99_999));
        Assert.That(resumed.Json.GetProperty("rows").GetInt64(), Is.EqualTo(100_000));
        Assert.That(File.ReadAllBytes(Path.Combine(_folder, "many.out.csv")), Is.EqualTo(File.ReadAllBytes(Path.Combine(_folder, "whole.csv"))));
    }

    private static string Table(int rows, int seed)
    {
        var text = new StringBuilder("a,b,side\n");
        for (int i = seed; i < seed + rows; i++)
        {
            double a = Math.Sin(i * 12.9898);
            double b = Math.Cos(i * 78.233);
            text.Append(CultureInfo.InvariantCulture, $"{a:F4},{b:F4},{(a + (0.5 * b) > 0 ? "right" : "left")}\n");
        }

        return text.ToString();
    }
}
