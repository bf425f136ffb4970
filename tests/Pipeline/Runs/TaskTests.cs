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
            Is.EqualTo(new[]
            {
                "parity.max_abs", "structure", "batch_invariance.max_abs", "determinism.repeat", "determinism.threads", "provider", "golden.max_abs", "test.r2", "test.rmse", "validation.mae",
            }));
        Assert.That(validation.GetProperty("decision_flips").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Model model = ModelReader.Read(Path.Combine(folder["run"], "model.onnx"));
        Assert.That(model.Graph.Outputs.Select(o => o.ToString()), Is.EqualTo(new[] { "prediction: float[N,1]" }));
    }

    [Test]
    public void Run_MoreThanTenThousandTrainingRows_SaysOfHowManyItsTrainMetricsAre()
    {
        using var folder = new TempFolder();
        (Tensor features, Tensor target) = Networks.Rows(12_000, 3, 2);
        Save(folder["x.npy"], features);
        Save(folder["y.npy"], target);
        folder.Write("pipelines.yaml", """
            version: 1
            pipelines:
              arrays:
                task: classification
                data: {train: {npy: {features: x.npy, labels: y.npy}}, split: {holdout: {validation: 0.1}}}
                model: {layers: [{dense: 2}]}
                train: {epochs: 1, batch: 500, optimizer: {momentum: {lr: 0.05}}, monitor: none}
                preflight: none

            """);

        Tool first = Tool.RunIn(folder[""], "run", "--out", "run", "--until", "average", "--json");
        Tool again = Tool.RunIn(folder[""], "run", "--out", "run", "--until", "average");

        JsonElement sample = first.Json.GetProperty("train_sample");
        Assert.That((sample.GetProperty("rows").GetInt32(), sample.GetProperty("of").GetInt32()), Is.EqualTo((10_000, 10_800)));
        Assert.That(again.Output, Does.Match(@"(?m)^train .*\(10000 of 10800 rows\)\r?$"));
        Assert.That(again.Output, Does.Not.Match(@"(?m)^validation .*rows\)"));
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

    [Test]
    public void Run_TwoClassesOfAWeightedTable_DecidesByTheThreshold()
    {
        using var folder = new TempFolder();
        folder.Write("rows.csv", Rows(300, (x, i) => string.Create(CultureInfo.InvariantCulture, $"{(x[0] + x[1] > 0.7 ? "good" : "bad")},{(i % 5) * 0.5}"), "y,w"));
        folder.Write("pipelines.yaml", """
            version: 1
            pipelines:
              two:
                task: binary
                data:
                  train: {csv: {path: rows.csv, columns: {a: number, b: number, c: number, y: category, w: number}}}
                  label: y
                  positive: bad
                  weight: w
                  split: {holdout: {validation: 0.1, test: 0.2}}
                model: {mlp: [16]}
                loss: {binary_cross_entropy: {label_smoothing: 0.05, class_weights: balanced}}
                metrics: {best: validation.auc}
                train: {epochs: 20, batch: 16, optimizer: {adam: {lr: 0.02}}, early_stopping: {metric: validation.f1, patience: 15}}
                average: [best, final]
                export: {threshold: 0.7}
                validate: {metric: {test.f1: ">= 0.7", test.auc: ">= 0.9", test.loss: "< 0.9", train.ece: "< 0.5"}}

            """);

        Tool tool = Tool.RunIn(folder[""], "run", "--out", "run", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.GetProperty("validation").GetProperty("decision_flips").GetInt32(), Is.Zero);
        Assert.That(
            tool.Json.GetProperty("metrics").GetProperty("test").EnumerateObject().Select(m => m.Name),
            Is.EqualTo(new[] { "accuracy", "auc", "ece", "f1", "log_loss", "loss", "precision", "recall" }));
        string model = Path.Combine(folder["run"], "model.onnx");
        Assert.That(ModelReader.Read(model).Graph.Outputs.Select(o => o.ToString()), Is.EqualTo(new[] { "label: string[N]", "class: int64[N]", "probability: float[N,1]" }));
        Tool predicted = Tool.RunIn(folder[""], "predict", model, "rows.csv", "-o", "answers.csv");
        Assert.That(predicted.ExitCode, Is.Zero, predicted.Error);
        string[][] answers = [.. File.ReadLines(folder["answers.csv"]).Select(l => l.Split(','))];
        Assert.That(answers[0], Is.EqualTo(new[] { "label", "class", "probability" }));
        Assert.That(answers[1..].Select(a => a[1] == "1"), Is.EqualTo(answers[1..].Select(a => double.Parse(a[2], CultureInfo.InvariantCulture) >= 0.7f)));
        Assert.That(answers[1..].Select(a => a[0]), Is.EqualTo(answers[1..].Select(a => a[1] == "1" ? "bad" : "good")), "the positive class is class 1");
        Tool validated = Tool.RunIn(folder[""], "validate", model, "--csv", "rows.csv", "--json");
        Assert.That(validated.ExitCode, Is.Zero, validated.Error);
        Assert.That(validated.Error, Does.Contain("warning: gate 'test.loss' is left out"));
        Assert.That(validated.Json.GetProperty("metrics").GetProperty("accuracy").GetDouble(), Is.InRange(0.7, 1.0));
    }

    [Test]
    public void Run_LabelsOfATable_AnswersEachByName()
    {
        using var folder = new TempFolder();
        folder.Write("rows.csv", Rows(300, (x, _) => $"{(x[0] > 0.2 ? 1 : 0)},{(x[1] > 0.5 ? 1 : 0)}", "hot,wet"));
        folder.Write("pipelines.yaml", """
            version: 1
            pipelines:
              labels:
                task: multilabel
                data:
                  train: {csv: {path: rows.csv, columns: {a: number, b: number, c: number, hot: number, wet: number}}}
                  labels: [hot, wet]
                  split: {holdout: {validation: 0.1, test: 0.2}}
                model: {mlp: [16]}
                preflight: {allow_leakage: [a, b]}
                loss: {focal: {gamma: 1, class_weights: {hot: 2}}}
                train: {epochs: 20, batch: 16, optimizer: {adam: {lr: 0.02}}}
                validate: {metric: {test.accuracy: ">= 0.8", test.hamming_loss: "<= 0.15"}}

            """);

        Tool tool = Tool.RunIn(folder[""], "run", "--out", "run", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        string model = Path.Combine(folder["run"], "model.onnx");
        Assert.That(ModelReader.Read(model).Graph.Outputs.Select(o => o.ToString()), Is.EqualTo(new[] { "class: int64[N,2]", "probabilities: float[N,2]" }));
        Tool predicted = Tool.RunIn(folder[""], "predict", model, "rows.csv", "-o", "answers.csv");
        Assert.That(predicted.ExitCode, Is.Zero, predicted.Error);
        Assert.That(File.ReadLines(folder["answers.csv"]).First(), Is.EqualTo("class_hot,class_wet,probability_hot,probability_wet"));
    }

    [Test]
    public void Run_LabelsOfArrays_ValidatesOnThem()
    {
        using var folder = new TempFolder();
        (Tensor features, _) = Networks.Rows(300, 6, 3);
        Tensor bits = Tensor.Zeros(DType.UInt8, 300, 3);
        for (int i = 0; i < bits.Length; i++)
        {
            bits.Span<byte>()[i] = (byte)(features.Span<float>()[(i / 3 * 6) + (i % 3)] > 0 ? 1 : 0);
        }

        Save(folder["x.npy"], features);
        Save(folder["y.npy"], bits);
        folder.Write("pipelines.yaml", """
            version: 1
            pipelines:
              labels:
                task: multilabel
                data: {train: {npy: {features: x.npy, labels: y.npy}}, split: {holdout: {validation: 0.1, test: 0.2}}}
                preflight: {allow_leakage: ["input[0]", "input[1]", "input[2]"]}
                model: {layers: [{dense: {units: 16, activation: tanh}}, {dense: auto}]}
                train: {epochs: 15, batch: 16, optimizer: {adam: {lr: 0.02}}}
                validate: {metric: {test.loss: "<= 0.4", test.auc: ">= 0.9"}}

            """);

        Tool tool = Tool.RunIn(folder[""], "run", "--out", "run", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        JsonElement test = tool.Json.GetProperty("metrics").GetProperty("test");
        Assert.That(test.GetProperty("loss").GetDouble(), Is.EqualTo(test.GetProperty("log_loss").GetDouble()).Within(1e-6));
    }

    [TestCase("mse")]
    [TestCase("{huber: 0.5}")]
    [TestCase("poisson")]
    public void Run_SeveralNumbersOrALoss_Predicts(string loss)
    {
        using var folder = new TempFolder();
        bool isCount = loss == "poisson";
        folder.Write("rows.csv", Rows(300, (x, _) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(3 + (20 * x[0]))},{1 + (5 * x[1])}"), "n,m"));
        folder.Write("pipelines.yaml", """
            version: 1
            pipelines:
              numbers:
                task: regression
                data:
                  train: {csv: {path: rows.csv, columns: {a: number, b: number, c: number, n: number, m: KIND}}}
                  LABEL
                  split: {holdout: {validation: 0.1, test: 0.2}}
                preflight: {allow_leakage: [a, b]}
                model: {mlp: [16]}
                loss: LOSS
                train: {epochs: 30, batch: 16, optimizer: {adam: {lr: 0.02}}}
                validate: {parity: {max_abs: 1e-3}, metric: {test.r2: ">= 0.8", test.loss: "<= 1"}}

            """.Replace("KIND", isCount ? "ignore" : "number", StringComparison.Ordinal)
            .Replace("LABEL", isCount ? "label: n" : "labels: [n, m]", StringComparison.Ordinal)
            .Replace("LOSS", loss, StringComparison.Ordinal));

        Tool tool = Tool.RunIn(folder[""], "run", "--out", "run", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Tool predicted = Tool.RunIn(folder[""], "predict", Path.Combine(folder["run"], "model.onnx"), "rows.csv", "-o", "answers.csv");
        Assert.That(predicted.ExitCode, Is.Zero, predicted.Error);
        Assert.That(File.ReadLines(folder["answers.csv"]).First(), Is.EqualTo(isCount ? "prediction" : "prediction_n,prediction_m"));
    }

    [TestCase("binary", "a,y\n1,0\n2,2\n3,1\n", "row 1 (from 0): the label is 2, expected 0 or 1")]
    [TestCase("regression", "a,y\n1,1\n2,-2\n3,1\n4,2\n", "row 1 (from 0): the target is -2, expected at least 0 by this loss. hint: choose another loss")]
    public void Run_TargetThatDoesNotFit_NamesTheRow(string task, string table, string expected)
    {
        using var folder = new TempFolder();
        folder.Write("rows.csv", table);
        folder.Write("pipelines.yaml", """
            version: 1
            pipelines:
              p:
                task: TASK
                data: {train: {csv: {path: rows.csv, columns: {a: number, y: number}}}, label: y, split: {holdout: 0}}
                model: {mlp: [4]}
                loss: LOSS

            """.Replace("TASK", task, StringComparison.Ordinal).Replace("LOSS", task == "binary" ? "hinge" : "poisson", StringComparison.Ordinal));

        Tool tool = Tool.RunIn(folder[""], "run", "--out", "run");

        Assert.That(tool.ExitCode, Is.EqualTo(3), tool.Error);
        Assert.That(tool.Error, Does.Contain(expected));
    }

    // Three numbers from 0 to 1 a row, then what is made of them.
    private static string Rows(int rows, Func<double[], int, string> rest, string names)
    {
        var text = new StringBuilder($"a,b,c,{names}\n");
        ulong key = CounterRandom.Key(1, "tests/table");
        for (int i = 0; i < rows; i++)
        {
            double[] x = [.. Enumerable.Range(0, 3).Select(c => CounterRandom.UInt32(key, (ulong)((i * 3) + c)) / 4294967296.0)];
            text.Append(CultureInfo.InvariantCulture, $"{x[0]:R},{x[1]:R},{x[2]:R},{rest(x, i)}\n");
        }

        return text.ToString();
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
