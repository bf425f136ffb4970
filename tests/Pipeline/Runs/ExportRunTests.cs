using System.Text.Json;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Pipeline.Commands;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>One run with all that an export can be asked for, and what it leaves.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class ExportRunTests
{
    private const string Export = """
            export:
              opset: 21
              layout: nhwc
              outputs: [logits, embeddings]
              calibrate: temperature
              external_data: true
              variants: [float16, {int8: {faster_at: skip, rows: 100, metric_drop: 0.05}}, {dynamic_int8: {faster_at: skip, metric_drop: 0.05}}]

        """;

    private Workplace _place = null!;
    private Tool _tool = null!;

    [OneTimeSetUp]
    public void RunOnce()
    {
        _place = new Workplace();
        _place.Write("pipelines.yaml", Workplace.Config.Replace("    validate:\n", Export + "    validate:\n", StringComparison.Ordinal));
        _tool = _place.Run("run", "--out", "run", "--threads", "2", "--json");
    }

    [OneTimeTearDown]
    public void Delete() => _place.Dispose();

    [Test]
    public void Run_EveryKey_PassesItsGatesAndNamesTheVariants()
    {
        Assert.That(_tool.ExitCode, Is.Zero, _tool.Error);
        using JsonDocument variants = JsonDocument.Parse(File.ReadAllText(_place["run/variants.json"]));
        Assert.That(
            variants.RootElement.EnumerateArray().Select(v => (v.GetProperty("name").GetString(), v.GetProperty("shipped").GetBoolean())),
            Is.EqualTo(new[] { ("float16", true), ("int8", true), ("dynamic_int8", true) }));
        Assert.That(File.ReadAllText(_place["run/report.html"]), Does.Contain("\"name\":\"dynamic_int8\""));
    }

    [Test]
    public void Model_InBareOnnxRuntime_AnswersInTheFormAskedFor()
    {
        using OrtModel model = OrtModel.Open(_place["run/model.onnx"]);
        Tensor images = Tensor.Of<byte>([3, 8, 8, 1], [.. Enumerable.Range(0, 192).Select(i => (byte)(i * 7))]);
        Dictionary<string, Tensor> answers = model.Outputs.Zip(model.Run(images)).ToDictionary(p => p.First.Name, p => p.Second);

        Assert.That(model.Inputs.Select(i => i.ToString()), Is.EqualTo(new[] { "input: uint8[N,8,8,1]" }));
        Assert.That(answers.Keys, Is.EqualTo(new[] { "label", "class", "probabilities", "logits", "embeddings" }));
        Assert.That(answers["embeddings"].Shape.ToArray(), Is.EqualTo(new[] { 3, 32 }));
        for (int row = 0; row < 3; row++)
        {
            double[] z = [.. answers["logits"].Rows(row, 1).Span<float>().ToArray().Select(v => (double)v)];
            double mass = z.Sum(v => Math.Exp(v - z.Max()));
            float[] expected = [.. z.Select(v => (float)(Math.Exp(v - z.Max()) / mass))];
            Assert.That(answers["probabilities"].Rows(row, 1).Span<float>().ToArray(), Is.EqualTo(expected).Within(1e-5), "softmax of the logits");
        }
    }

    [Test]
    public void Model_File_IsOfTheOpsetAndHasItsWeightsBeside()
    {
        Model model = ModelReader.Read(_place["run/model.onnx"]);

        Assert.That(model.IrVersion, Is.EqualTo(10));
        Assert.That(new FileInfo(_place["run/model.onnx.data"]).Length, Is.EqualTo(64 * 32 * sizeof(float)), "the first layer's weights are all that is 1 KB or more");
        Assert.That(double.Parse(model.Metadata["anneal.temperature"], System.Globalization.CultureInfo.InvariantCulture), Is.InRange(0.05, 20).And.Not.EqualTo(1));
        Assert.That(ModelReader.Read(_place["run/model.int8.onnx"]).Metadata["anneal.variant"], Is.EqualTo("int8"));
    }

    [Test]
    public void Variant_Alone_ReplaysItsGoldenRows()
    {
        string folder = _place["elsewhere"];
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.EnumerateFiles(_place["run"], "model.int8.onnx*"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        Tool tool = Tool.RunIn(folder, "validate", "model.int8.onnx", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.GetProperty("gates").EnumerateArray().Select(g => g.GetProperty("name").GetString()), Does.Contain("golden.max_abs"));
    }

    [Test]
    public void Run_ExportedAgainOnOneThread_WritesTheSameBytes()
    {
        _place.Copy("run", "again");
        string[] files = [.. Directory.EnumerateFiles(_place["again"], "model*").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        foreach (string file in files)
        {
            File.Delete(_place[$"again/{file}"]);
        }

        Tool tool = _place.Run("run", "--out", "again", "--threads", "1", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(
            tool.Json.GetProperty("stages").EnumerateArray().Where(s => !s.GetProperty("cached").GetBoolean()).Select(s => s.GetProperty("name").GetString()),
            Does.Contain("export").And.Contain("variants").And.Not.Contain("train"));
        Assert.That(files, Is.SupersetOf(new[] { "model.onnx", "model.onnx.data", "model.float16.onnx", "model.int8.onnx", "model.int8.onnx.data", "model.dynamic_int8.onnx" }));
        foreach (string file in files)
        {
            Assert.That(File.ReadAllBytes(_place[$"again/{file}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_place[$"run/{file}"])), Is.True, file);
        }
    }

    [Test]
    public void Inspect_ModelFile_RebuildsTheMetrics()
    {
        Tool tool = Tool.RunIn(_place.Folder, "inspect", "run/model.onnx", "--json");
        JsonElement recorded = _tool.Json.GetProperty("metrics");

        Assert.That(tool.Json.GetProperty("metrics").GetProperty("test").GetProperty("accuracy").GetDouble(), Is.EqualTo(recorded.GetProperty("test").GetProperty("accuracy").GetDouble()));
        string text = Tool.RunIn(_place.Folder, "inspect", "run/model.onnx").Output;
        Assert.That(text, Does.Contain("METRIC").And.Contain("accuracy").And.Contain("SIGNATURE").And.Contain("nhwc"));
    }

    [Test]
    public void Run_VariantThatMustBeBetterThanItCan_DoesNotShipAndSaysWhy()
    {
        Tool tool = _place.Run("run", "--out", "run2", "--json", "--set", "export.variants=[{int8: {max_abs: 0, faster_at: skip, metric_drop: 0.5}}]");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        using JsonDocument variants = JsonDocument.Parse(File.ReadAllText(_place["run2/variants.json"]));
        JsonElement attempts = variants.RootElement[0].GetProperty("attempts");
        Assert.That(variants.RootElement[0].GetProperty("shipped").GetBoolean(), Is.False);
        Assert.That(attempts.GetArrayLength(), Is.EqualTo(2), "all in int8, then the worse of two products in float");
        Assert.That(attempts[1].GetProperty("kept_float").GetArrayLength(), Is.EqualTo(1));
        Assert.That(File.Exists(_place["run2/model.int8.onnx"]), Is.False);
        Assert.That(tool.Error, Does.Contain("variant int8 not shipped"));
    }

    [Test]
    public void Run_ColumnsAsOneTensor_PassesItsGatesAndPredictsFromTheTable()
    {
        using var folder = new TempFolder();
        IEnumerable<string> lines = Enumerable.Range(0, 120).Select(i => FormattableString.Invariant($"{i % 11},{i % 7},{(i % 11 > i % 7 ? "more" : "less")}"));
        File.WriteAllLines(folder["rows.csv"], ["a,b,y", .. lines]);
        File.WriteAllText(folder["pipelines.yaml"], """
            version: 1
            pipelines:
              rows:
                task: classification
                data: {train: {csv: {path: rows.csv, columns: {a: number, b: number, y: category}}}, label: y, split: {holdout: {validation: 0.2}}}
                model: {mlp: [16]}
                train: {optimizer: {adam: {lr: 0.02}}, batch: 16, epochs: 20}
                export: {inputs: tensor, opset: 17}
            """);

        Tool run = Tool.RunIn(folder["."], "run", "--out", "run", "--json");
        Tool predict = Tool.RunIn(folder["."], "predict", "run/model.onnx", "rows.csv", "-o", "answers.csv");

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(predict.ExitCode, Is.Zero, predict.Error);
        using OrtModel model = OrtModel.Open(folder["run/model.onnx"]);
        Assert.That(model.Inputs.Select(i => i.ToString()), Is.EqualTo(new[] { "features: float[N,2]" }));
        string[] labels = model.Run(Tensor.Of<float>([2, 2], [10, 1, 1, 6]))[0].Strings;
        Assert.That(labels, Is.EqualTo(new[] { "more", "less" }));
        Assert.That(File.ReadLines(folder["answers.csv"]).Skip(1).Select(l => l.Split(',')[0]).Zip(lines).Count(p => p.Second.EndsWith(p.First, StringComparison.Ordinal)), Is.GreaterThan(108));
    }
}
