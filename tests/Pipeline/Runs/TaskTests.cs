using System.Globalization;
using System.Text;
using System.Text.Json;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;
using Anneal.Tests.Pipeline.Commands;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>Regression on a table and classes of arrays run through to a validated file.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class TaskTests
{
    [Test]
    public void Run_RegressionOnTable_PassesGatesOnItsMetrics()
    {
        using var folder = new TempFolder();
        folder.Write("rows.csv", Table());
        folder.Write("pipelines.yaml", """
            version: 1
            pipelines:
              numbers:
                task: regression
                data:
                  train: {csv: {path: rows.csv, columns: {a: number, b: number, kind: category, y: number}}}
                  label: y
                  split: {holdout: {validation: 0.1, test: 0.2}}
                model: {mlp: [16]}
                train: {epochs: 20, batch: 16, optimizer: {adam: {lr: 0.01}}, early_stopping: {metric: validation.rmse, patience: 5}}
                average: [best, last_k: 3]
                validate: {metric: {test.r2: ">= 0.9", test.rmse: "<= 15", validation.mae: "<= 15"}}

            """);

        Tool tool = Tool.RunIn(folder[""], "run", "--out", "run", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        JsonElement validation = tool.Json.GetProperty("validation");
        Assert.That(
            validation.GetProperty("gates").EnumerateArray().Select(g => g.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "parity.max_abs", "batch_invariance.max_abs", "test.r2", "test.rmse", "validation.mae" }));
        Assert.That(validation.GetProperty("decision_flips").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Model model = ModelReader.Read(Path.Combine(folder["run"], "model.onnx"));
        Assert.That(model.Graph.Outputs.Select(o => o.ToString()), Is.EqualTo(new[] { "prediction: float[N,1]" }));
    }

    [Test]
    public void Run_ClassesOfArrays_AnswersTheirNames()
    {
        using var folder = new TempFolder();
        (Tensor features, Tensor target) = Networks.Rows(300, 6, 3);
        Save(folder["x.npy"], features);
        Save(folder["y.npy"], target);
        folder.Write("pipelines.yaml", """
            version: 1
            pipelines:
              arrays:
                task: classification
                data:
                  train: {npy: {features: x.npy, labels: y.npy}}
                  split: {holdout: {validation: 0, test: 0.2}}
                model: {layers: [{dense: {units: 16, activation: tanh}}, {dense: 3}]}
                train: {epochs: 20, batch: 16, optimizer: {momentum: {lr: 0.05}}, schedule: {step: {every: 100, unit: step, factor: 0.9}}}
                export: {labels: [left, middle, right]}
                validate: {metric: {test.accuracy: ">= 0.8"}}

            """);

        Tool tool = Tool.RunIn(folder[""], "run", "--out", "run", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.GetProperty("metrics").EnumerateObject().Select(m => m.Name), Is.EqualTo(new[] { "test", "train" }), "there are no validation rows");
        ModelSignature signature = ModelSignature.Find(ModelReader.Read(Path.Combine(folder["run"], "model.onnx")).Metadata)!;
        Assert.That(signature.Classes, Is.EqualTo(new[] { "left", "middle", "right" }));
    }

    private static void Save(string path, Tensor tensor)
    {
        using FileStream stream = File.Create(path);
        NpyWriter.Write(stream, tensor);
    }

    private static string Table()
    {
        var text = new StringBuilder("a,b,kind,y\n");
        ulong key = CounterRandom.Key(0, "tests/table");
        for (ulong i = 0; i < 400; i++)
        {
            double a = (CounterRandom.UInt32(key, 3 * i) / 2147483648.0) - 1;
            double b = CounterRandom.UInt32(key, (3 * i) + 1) / 42949672.96;
            bool isUp = CounterRandom.UInt32(key, (3 * i) + 2) % 2 == 0;
            text.Append(CultureInfo.InvariantCulture, $"{a:R},{(i % 20 == 0 ? "?" : b.ToString("R", CultureInfo.InvariantCulture))},{(isUp ? "up" : "down")},{(30 * a) + (0.5 * b) + (isUp ? 20 : 0):R}\n");
        }

        return text.ToString();
    }
}
