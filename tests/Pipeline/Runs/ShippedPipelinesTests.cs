using System.Globalization;
using System.Text.Json;
using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Serving;
using Anneal.Tests.Pipeline.Commands;
using Anneal.Trainer.Data;
using Anneal.Trainer.Execution;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>The repository's own pipelines hold what they promise.</summary>
[Category("Slow")]
[Explicit("takes minutes: dotnet test --filter TestCategory=Slow")]
internal sealed class ShippedPipelinesTests
{
    private static readonly string s_root = Repository.Root;

    [Test]
    public void Run_MnistMlp_ReachesItsAccuracyAndPassesItsGates()
    {
        using var folder = new TempFolder();

        Tool tool = Tool.RunIn(s_root, "run", "mnist-mlp", "--out", folder["run"], "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        AssertResult(tool.Json, accuracy: 0.982);
        Assert.That(tool.Json.GetProperty("stages")[1].GetProperty("seconds").GetDouble(), Is.LessThan(90), "training");
    }

    [Test]
    public void Run_MnistFolds_ReachesItsAccuracyInEachFoldAndInTime()
    {
        using var folder = new TempFolder();

        Tool tool = Tool.RunIn(s_root, "run", "mnist-folds", "--out", folder["run"], "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        AssertResult(tool.Json, accuracy: 0.97);
        double[] accuracies = [.. tool.Json.GetProperty("folds").EnumerateArray().Select(f => f.GetProperty("metrics").GetProperty("validation").GetProperty("accuracy").GetDouble())];
        Assert.That(accuracies, Has.Length.EqualTo(5).And.All.GreaterThanOrEqualTo(0.965));
        Assert.That(tool.Json.GetProperty("stages").EnumerateArray().Sum(s => s.GetProperty("seconds").GetDouble()), Is.LessThan(180));
    }

    [Test]
    public void Run_MnistTransfer_GoesOnFromTheOtherDigits()
    {
        using var folder = new TempFolder();

        Tool tool = Tool.RunIn(s_root, "run", "mnist-transfer", "--out", folder["run"], "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        AssertResult(tool.Json, accuracy: 0.94);
        Model model = ModelReader.Read(Path.Combine(folder["run"], "finetuned.onnx"));
        Assert.That(model.Graph.Initializers.Keys, Does.Contain("conv1.weight").And.Contain("head.dense1.weight"));
        Assert.That(model.Graph.Inputs.Single().ToString(), Is.EqualTo("input: uint8[N,28,28]"));
    }

    [Test]
    public void Run_Housing_ReachesItsErrorOnTheHeldOutFifth()
    {
        TempFolder.Shared("california-housing.csv");
        using var folder = new TempFolder();

        Tool tool = Tool.RunIn(s_root, "run", "housing", "--out", folder["run"], "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Json.GetProperty("metrics").GetProperty("test").GetProperty("rmse").GetDouble(), Is.LessThanOrEqualTo(50_000));
        Assert.That(tool.Json.GetProperty("folds").GetArrayLength(), Is.EqualTo(5));
        Assert.That(tool.Json.GetProperty("exported").GetString(), Is.EqualTo("final"));
    }

    [Test]
    public void Run_Adult_ReachesItsAccuracyAndTakesRawColumns()
    {
        TempFolder.Shared("adult-train.csv");
        using var folder = new TempFolder();

        Tool tool = Tool.RunIn(s_root, "run", "adult", "--out", folder["run"], "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        AssertResult(tool.Json, accuracy: 0.858);
        Model model = ModelReader.Read(Path.Combine(folder["run"], "model.onnx"));
        Assert.That(model.Graph.Inputs.Select(i => i.ToString()), Is.SupersetOf(new[] { "age: float[N,1]", "workclass: string[N,1]", "native_country: string[N,1]" }));
        Assert.That(model.Graph.Inputs, Has.Length.EqualTo(13));
        Assert.That(model.Graph.Outputs[0].ToString(), Is.EqualTo("label: string[N]"));
        CheckRawStrings(Path.Combine(folder["run"], "model.onnx"), model, tool.Json.GetProperty("metrics").GetProperty("test").GetProperty("accuracy").GetDouble());
    }

    // The lines are cut here by hand and go into ONNX Runtime alone; the trainer's engine decides on the same rows.
    private static void CheckRawStrings(string path, Model graph, double accuracy)
    {
        string[] columns = ["age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship", "race", "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country"];
        string[][] rows = [.. File.ReadLines(TempFolder.Shared("adult-test.csv")).Where(l => l.Length > 0).Select(l => l.Split(',', StringSplitOptions.TrimEntries))];
        using OrtModel model = OrtModel.Open(path);
        Tensor[] feeds = [.. model.Inputs.Select(i => Column(Array.IndexOf(columns, i.Name), i.Type.Type))];
        string[] labels = model.Run(feeds)[0].Strings;
        using var engine = new SimdRunner(1);
        using IGraphSession session = engine.Open(graph, []);
        var decided = new Tensor?[session.Fetches.Count];
        session.Run(feeds, decided);

        Assert.That(labels, Has.Length.EqualTo(16_281));
        Assert.That(labels.Zip(decided[0]!.Strings).Count(p => p.First != p.Second), Is.Zero, "flips");
        Assert.That(labels.Zip(rows).Count(p => p.First == p.Second[^1].TrimEnd('.')) / 16_281.0, Is.EqualTo(accuracy).Within(1e-12), "the trainer's accuracy");

        Tensor Column(int index, DType type) => type == DType.String
            ? Tensor.OfStrings([rows.Length, 1], [.. rows.Select(r => r[index])])
            : Tensor.Of<float>([rows.Length, 1], [.. rows.Select(r => float.Parse(r[index], CultureInfo.InvariantCulture))]);
    }

    [Test]
    public void Run_MnistLbfgs_ReachesItsAccuracyAndPassesItsGates()
    {
        using var folder = new TempFolder();

        Tool tool = Tool.RunIn(s_root, "run", "mnist-lbfgs", "--out", folder["run"], "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        AssertResult(tool.Json, accuracy: 0.92);
    }

    [Test]
    public void Run_Genetic_ReachesItsAccuracyAndPassesItsGates()
    {
        using var folder = new TempFolder();

        Tool tool = Tool.RunIn(s_root, "run", "genetic", "--out", folder["run"], "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        AssertResult(tool.Json, accuracy: 0.85);
    }

    [Test]
    public void Run_FashionCnn_ReachesItsAccuracyAndPassesItsGates()
    {
        if (KnownDataset.FashionMnist.MissingFile is { } missing)
        {
            Assert.Ignore($"needs {missing}: {KnownDataset.FashionMnist.HowToGet}");
        }

        using var folder = new TempFolder();

        Tool tool = Tool.RunIn(s_root, "run", "fashion-cnn", "--out", folder["run"], "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        AssertResult(tool.Json, accuracy: 0.925);
    }

    [Test]
    public void Run_CifarResnet20OneEpoch_LearnsAndAnswersAlikeInOnnxRuntime()
    {
        TempFolder.Shared("cifar10-images.zip");
        using var folder = new TempFolder();

        Tool tool = Tool.RunIn(
            s_root, "run", "cifar-resnet20", "--out", folder["run"], "--json",
            "--set", "train.epochs=1", "--set", "train.schedule.cosine.warmup=100", "--set", "average=none", "--set", "validate.metric={}");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        AssertResult(tool.Json, accuracy: 0.35, difference: 1e-4);
        Model model = ModelReader.Read(Path.Combine(folder["run"], "model.onnx"));
        Assert.That(model.Graph.Inputs.Single().ToString(), Is.EqualTo("input: uint8[N,3,32,32]"));
        Assert.That(model.Graph.Outputs[0].ToString(), Is.EqualTo("label: string[N]"));
    }

    private static void AssertResult(JsonElement result, double accuracy, double difference = 1e-5)
    {
        Assert.That(result.GetProperty("metrics").GetProperty("test").GetProperty("accuracy").GetDouble(), Is.GreaterThanOrEqualTo(accuracy));
        Assert.That(result.GetProperty("validation").GetProperty("passed").GetBoolean(), Is.True);
        Assert.That(result.GetProperty("validation").GetProperty("max_abs_diff").GetDouble(), Is.LessThanOrEqualTo(difference));
        Assert.That(result.GetProperty("validation").GetProperty("decision_flips").GetInt32(), Is.Zero);
    }
}
