using System.Globalization;
using System.Text;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Pipeline.Commands;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>A table with every kind of feature, and augmented rows, run through to a validated file.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class FeatureRunTests
{
    [Test]
    public void Run_EveryEncodingMissingAndUnknownValues_AnswersAlikeInOnnxRuntime()
    {
        using var folder = new TempFolder();
        folder.Write("train.csv", Table(400, cities: 12));
        folder.Write("test.csv", Table(200, cities: 20));
        folder.Write("pipelines.yaml", """
            version: 1
            pipelines:
              table:
                task: classification
                data:
                  train: {csv: {path: train.csv, columns: {income: number, age: number, score: number, city: category, street: category, size: category, kind: category, y: category}, missing: ["?", NA]}}
                  test: {csv: {path: test.csv}}
                  label: y
                  features:
                    impute: median
                    indicator: true
                    columns:
                      income: {scale: log, impute: {constant: 0}}
                      score: {scale: robust, indicator: false}
                      city: {encode: embedding, width: 4}
                      street: {encode: hashing, buckets: 8, width: 3, unknown: bucket}
                      size: {encode: ordinal, order: [small, medium, large], unknown: bucket}
                      kind: {min_count: 5, unknown: bucket}
                augment: [{noise: 0.1}]
                model: {mlp: [16]}
                train: {epochs: 12, batch: 16, optimizer: {adam: {lr: 0.01}}}
                export: {outputs: [logits]}
                validate: {parity: {max_abs: 1e-5, decision_flips: 0}, metric: {test.accuracy: ">= 0.75"}}

            """);

        Tool tool = Tool.RunIn(folder[""], "run", "--out", "run", "--threads", "2", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Model model = ModelReader.Read(Path.Combine(folder["run"], "model.onnx"));
        Assert.That(model.Graph.Initializers["columns.city"].ToString(), Is.EqualTo("float[12,4]"));
        Assert.That(model.Graph.Initializers["columns.street"].ToString(), Is.EqualTo("float[9,3]"));
        AssertMissingAlike(Path.Combine(folder["run"], "model.onnx"), "", "?", "NA", "kind 0");

        Tool again = Tool.RunIn(folder[""], "run", "--out", "again", "--threads", "1", "--json");
        Assert.That(again.ExitCode, Is.Zero, again.Error);
        Assert.That(File.ReadAllBytes(Path.Combine(folder["again"], "model.onnx")), Is.EqualTo(File.ReadAllBytes(Path.Combine(folder["run"], "model.onnx"))), "on any number of threads");
    }

    [Test]
    public void Run_AugmentedFloatImages_Trains()
    {
        using var folder = new TempFolder();
        Tensor images = Tensor.Zeros(DType.Float, 120, 6, 6);
        ulong key = CounterRandom.Key(1, "tests/images");
        for (int i = 0; i < images.Length; i++)
        {
            // The class is the brighter half.
            images.Span<float>()[i] = (CounterRandom.UInt32(key, (ulong)i) / 4294967296f) + ((i / 18 % 2) == (i / 36 % 2) ? 1 : 0);
        }

        Save(folder["x.npy"], images);
        Save(folder["y.npy"], Tensor.Vector<long>([.. Enumerable.Range(0, 120).Select(i => i % 2L)]));
        folder.Write("pipelines.yaml", """
            version: 1
            pipelines:
              images:
                task: classification
                data: {train: {npy: {features: x.npy, labels: y.npy}}, normalize: standardize, split: {holdout: {validation: 0, test: 0.25}}}
                augment: [{shift: {pixels: 1, subpixel: true}}, {rotate: 15}, {scale: {min: 0.9, max: 1.1}}, flip, {elastic: {alpha: 4, sigma: 1}}, {brightness: 0.1}, {contrast: 0.1}, {cutout: {size: 2, p: 0.5}}, {noise: 0.1}, {crop: {min_area: 0.8}}, {mixup: {alpha: 0.2, p: 0.5}}, {cutmix: {p: 0.2}}]
                model: {layers: [flatten, {dense: 8}, {dense: 2}]}
                train: {epochs: 20, batch: 10, optimizer: {adam: {lr: 0.01}}}
                validate: {metric: {test.accuracy: ">= 0.9"}}

            """);

        Tool tool = Tool.RunIn(folder[""], "run", "--out", "run", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
    }

    [TestCase("task: binary", "y: category", "test.accuracy")]
    [TestCase("task: regression", "y: number", "test.r2")]
    [TestCase("task: classification", "y: category", "test.accuracy")]
    public void Run_MixedTable_GivesTheSameBytesOnAnyNumberOfThreads(string task, string label, string metric)
    {
        using var folder = new TempFolder();
        var text = new StringBuilder("a,b,y\n");
        ulong key = CounterRandom.Key(3, "tests/mixed");
        for (uint row = 0; row < 300; row++)
        {
            (uint a, uint b) = (CounterRandom.UInt32(key, 2 * row) % 100, CounterRandom.UInt32(key, (2 * row) + 1) % 100);
            text.Append(CultureInfo.InvariantCulture, $"{a},{b},{(metric == "test.r2" ? a + (2 * b) : a > b ? 1 : 0)}\n");
        }

        folder.Write("rows.csv", text.ToString());
        string yaml = """
            version: 1
            pipelines:
              mixed:
                TASK
                data: {train: {csv: {path: rows.csv, columns: {a: number, b: number, LABEL}}}, label: y, split: {holdout: {validation: 0, test: 0.3}}}
                preflight: {allow_duplicates: 10}
                augment: [mixup, {noise: 0.05}]
                model: {mlp: [16]}
                train: {epochs: 15, batch: 10, optimizer: {adam: {lr: 0.01}}}
                validate: {metric: {METRIC: ">= 0.85"}}

            """;
        folder.Write("pipelines.yaml", yaml.Replace("TASK", task, StringComparison.Ordinal).Replace("LABEL", label, StringComparison.Ordinal).Replace("METRIC", metric, StringComparison.Ordinal));

        foreach (string threads in new[] { "1", "2" })
        {
            Tool tool = Tool.RunIn(folder[""], "run", "--out", threads, "--threads", threads, "--json");
            Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        }

        Assert.That(File.ReadAllBytes(Path.Combine(folder["2"], "model.onnx")), Is.EqualTo(File.ReadAllBytes(Path.Combine(folder["1"], "model.onnx"))));
    }

    // In bare ONNX Runtime, rows that differ in one text alone.
    private static void AssertMissingAlike(string path, params string[] kinds)
    {
        using OrtModel model = OrtModel.Open(path);
        Tensor[] feeds = [.. model.Inputs.Select(i => i.Type.Type == DType.Float
            ? Tensor.Zeros(DType.Float, kinds.Length, 1)
            : Tensor.OfStrings([kinds.Length, 1], i.Name == "kind" ? kinds : [.. kinds.Select(_ => "city 1")]))];
        Tensor answers = model.Outputs.Zip(model.Run(feeds)).Single(p => p.First.Name == "logits").Second;
        float[] missing = answers.Rows(0, 1).Span<float>().ToArray();
        Assert.That(Enumerable.Range(1, kinds.Length - 2).Select(r => answers.Rows(r, 1).Span<float>().ToArray()), Is.All.EqualTo(missing).Within(1e-6));
        Assert.That(answers.Rows(kinds.Length - 1, 1).Span<float>().ToArray(), Is.Not.EqualTo(missing).Within(1e-3), "another kind");
    }

    private static void Save(string path, Tensor tensor)
    {
        using FileStream stream = File.Create(path);
        NpyWriter.Write(stream, tensor);
    }

    private static string Table(int rows, int cities)
    {
        var text = new StringBuilder("income,age,score,city,street,size,kind,y\n");
        ulong key = CounterRandom.Key((ulong)rows, "tests/features");
        uint next = 0;
        int Below(int bound) => (int)(CounterRandom.UInt32(key, next++) % bound);
        string[] sizes = ["small", "medium", "large", "huge"];
        for (int row = 0; row < rows; row++)
        {
            int city = Below(cities);
            int income = Below(1000) * Below(1000);
            string size = sizes[Below(cities > 12 ? 4 : 3)];
            string y = (city % 3 == 0 ? 1 : 0) + (income > 200_000 ? 1 : 0) + (size == "large" ? 1 : 0) >= 1 ? "yes" : "no";
            string missingAge = Below(10) == 0 ? "" : (20 + Below(60)).ToString(CultureInfo.InvariantCulture);
            string missingIncome = Below(20) == 0 ? "" : income.ToString(CultureInfo.InvariantCulture);
            string missingKind = Below(15) == 0 ? new[] { "", "?", "NA" }[row % 3] : $"kind {Below(Below(30) + 1)}";
            text.Append(CultureInfo.InvariantCulture, $"{missingIncome},{missingAge},{Below(100) - 50},city {city},street {Below(200)},{size},{missingKind},{y}\n");
        }

        return text.ToString();
    }
}
