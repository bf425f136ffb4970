using System.Text.Json;
using Anneal.Pipeline.Bench;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;

namespace Anneal.Tests.Pipeline.Commands;

[Parallelizable(ParallelScope.Self)]
internal sealed class BenchCommandTests
{
    [TestCase("simd", "simd")]
    [TestCase("ort", "ort-cpu")]
    public void BenchStep_Json_HasTheFieldsThatOtherProgramsRelyOn(string engine, string name)
    {
        Tool tool = Tool.Run("bench", "step", "--case", "tabular", "--engine", engine, "--threads", "1", "--seconds", "0.05", "--json");

        JsonElement report = tool.Json;
        Assert.That(
            report.EnumerateObject().Select(p => p.Name),
            Is.EqualTo(new[] { "case", "engine", "batch", "threads", "ms_per_step", "samples_per_s", "peak_rss_mb" }));
        Assert.That(report.GetProperty("engine").GetString(), Is.EqualTo(name));
        Assert.That(report.GetProperty("samples_per_s").GetDouble() * report.GetProperty("ms_per_step").GetDouble(), Is.EqualTo(32e3).Within(1));
        Assert.That(report.GetProperty("peak_rss_mb").GetDouble(), Is.InRange(10, 10_000));
    }

    [TestCase("simd")]
    [TestCase("ort")]
    public void BenchEpoch_Json_HoldsAnEpochAgainstItsSteps(string engine)
    {
        Tool tool = Tool.Run("bench", "epoch", "--case", "tabular", "--engine", engine, "--batch", "1000", "--threads", "1", "--seconds", "0.1", "--json");

        JsonElement report = tool.Json;
        double Number(string name) => report.GetProperty(name).GetDouble();
        Assert.That(report.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "case", "engine", "batch", "threads", "augment", "steps", "ms_per_step", "ms_per_epoch", "ratio" }));
        Assert.That((Number("batch"), report.GetProperty("augment").GetString()), Is.EqualTo((1000, "none")));
        Assert.That(Number("steps"), Is.InRange(20, 60));
        Assert.That(Number("ratio"), Is.Positive.And.EqualTo(Number("ms_per_epoch") / (Number("steps") * Number("ms_per_step"))).Within(1e-9));
    }

    [Test]
    public void BenchStep_Batch_TakesThePlaceOfTheCasesOwn()
    {
        Tool tool = Tool.Run("bench", "step", "--case", "tabular", "--batch", "48", "--threads", "1", "--seconds", "0.05", "--json");

        Assert.That(tool.Json.GetProperty("batch").GetInt32(), Is.EqualTo(48));
        Assert.That(tool.Json.GetProperty("samples_per_s").GetDouble() * tool.Json.GetProperty("ms_per_step").GetDouble(), Is.EqualTo(48e3).Within(1));
    }

    [Test]
    public void BenchGemm_Json_HasTheFieldsThatOtherProgramsRelyOn()
    {
        Tool tool = Tool.Run("bench", "gemm", "--sizes", "64,96", "--threads", "1", "--json");

        Assert.That(tool.Json.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "peak_gflops", "results" }));
        JsonElement row = tool.Json.GetProperty("results")[1];
        Assert.That(row.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "m", "n", "k", "threads", "gflops", "fraction_of_peak" }));
        Assert.That(row.GetProperty("n").GetInt32(), Is.EqualTo(96));
        Assert.That(row.GetProperty("gflops").GetDouble(), Is.Positive);
    }

    [Test]
    public void BenchFeed_Json_HasTheFieldsThatOtherProgramsRelyOn()
    {
        Tool tool = Tool.Run("bench", "feed", "--case", "mlp", "--threads", "1", "--seconds", "0.02", "--json");

        Assert.That(tool.Json.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "case", "threads", "step_rows_per_s", "chains" }));
        JsonElement chain = tool.Json.GetProperty("chains")[2];
        Assert.That(chain.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "augment", "rows_per_s", "of_step" }));
        Assert.That(chain.GetProperty("augment").GetString(), Is.EqualTo("shift, flip, cutout"));
        Assert.That(
            chain.GetProperty("of_step").GetDouble() * tool.Json.GetProperty("step_rows_per_s").GetDouble(),
            Is.EqualTo(chain.GetProperty("rows_per_s").GetDouble()).Within(1e-6).Percent);
    }

    [Test]
    public void BenchPredict_Json_HoldsEachSideAgainstTheBareLoop()
    {
        using var folder = new TempFolder();
        Serving.Models.Open(Serving.Models.Scores(1, 2), folder).Dispose();
        string input = folder.Write("in.jsonl", string.Concat(Enumerable.Repeat("{\"scores\": [1, 2]}\n", 2000)));

        Tool tool = Tool.Run("bench", "predict", folder["model.onnx"], input, "-o", ".csv", "-o", ".npy", "--threads", "2", "--rounds", "1", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Error, Does.Contain("rows/s on one thread"));
        Assert.That(tool.Json.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "batch", "threads", "sides", "peak_rss_mb" }));
        JsonElement[] sides = [.. tool.Json.GetProperty("sides").EnumerateArray()];
        Assert.That(sides.Select(s => s.GetProperty("name").GetString()), Is.EqualTo(new[] { "bare loop", "bare loop, 1 thread", "predict .csv", "predict .npy" }));
        Assert.That(sides.Select(s => s.GetProperty("rows").GetInt32()), Has.All.EqualTo(2000));
        Assert.That(
            sides[2].GetProperty("ratio").GetDouble() * sides[0].GetProperty("rows_per_s").GetDouble(), Is.EqualTo(sides[2].GetProperty("rows_per_s").GetDouble()).Within(1e-6).Percent);
    }

    [Test]
    public void BenchMonitors_Json_HasTheFieldsThatOtherProgramsRelyOn()
    {
        Tool tool = Tool.Run("bench", "monitors", "--case", "tabular", "--threads", "1", "--seconds", "0.1", "--json");

        JsonElement report = tool.Json;
        Assert.That(
            report.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[] { "case", "threads", "steps_per_epoch", "ms_per_step", "ms_per_step_monitored", "ms_per_look", "look_share", "ratio" }));
        Assert.That(report.GetProperty("steps_per_epoch").GetInt32(), Is.EqualTo(1875));
        double Number(string name) => report.GetProperty(name).GetDouble();
        Assert.That(Number("ms_per_look"), Is.Positive);
        Assert.That(Number("ratio"), Is.EqualTo((Number("ms_per_step_monitored") + (Number("ms_per_look") / 1875)) / Number("ms_per_step")).Within(1e-9));
    }

    [TestCase("mlp", 100, 784 * 500 + 500 + 500 * 500 + 500 + 500 * 10 + 10)]
    [TestCase("mlp32", 32, 784 * 500 + 500 + 500 * 500 + 500 + 500 * 10 + 10)]
    [TestCase("tabular", 32, 30 * 64 + 64 + 64 * 32 + 32 + 32 * 2 + 2)]
    [TestCase("cnn", 64, 9 * 32 + 32 + 9 * 32 * 64 + 64 + 64 * 49 * 128 + 128 + 128 * 10 + 10)]
    [TestCase("resnet20", 64, 9 * 3 * 16 + 32 + 6 * (9 * 16 * 16 + 32) + 9 * 16 * 32 + 5 * 9 * 32 * 32 + 16 * 32 + 7 * 64 + 9 * 32 * 64 + 5 * 9 * 64 * 64 + 32 * 64 + 7 * 128 + 64 * 10 + 10)]
    [TestCase("lstm", 64, 4 * 128 * (28 + 128) + 2 * 4 * 128 + 128 * 10 + 10)]
    [TestCase("transformer", 64, 28 * 64 + 64 + 2 * (64 * 192 + 192 + 64 * 64 + 64 + 4 * 64 + 64 * 128 + 128 + 128 * 64 + 64) + 64 * 10 + 10)]
    public void StepCases_Case_HasTheSizesOfItsPeer(string name, int batch, int parameters)
    {
        StepCase step = StepCases.All.Single(c => c.Name == name);
        TrainingGraphs graphs = step.Build();

        Assert.That(step.Batch, Is.EqualTo(batch));
        Assert.That(graphs.Parameters.Where(p => p.IsTrained).Sum(p => p.Initial.Length), Is.EqualTo(parameters));
        Assert.That(graphs.Optimizer.Name, Is.EqualTo("adam"));
    }

    [Test]
    public void Measure_OnSimd_TrainsOnAllBatches()
    {
        using var runner = new SimdRunner(1);
        StepReport report = new StepBench(StepCases.All.Single(c => c.Name == "tabular")).Measure(runner, 1, 0.01, CancellationToken.None);

        Assert.That(report.MsPerStep, Is.Positive);
        Assert.That(report.SamplesPerS, Is.EqualTo(32e3 / report.MsPerStep).Within(1e-6 * report.SamplesPerS));
    }
}
