using System.Text.Json;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Runs;
using Anneal.Tests.Golden.Import;
using Anneal.Tests.Models;
using Anneal.Tests.Pipeline.Commands;

namespace Anneal.Tests.Pipeline.Runs;

/// <summary>Training that goes on from models: a file of PyTorch's, another pipeline's, and one with its optimizer's state.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class FineTuneRunTests
{
    private const string Data = """
            task: classification
            data:
              train: {idx: {features: train-images.idx, labels: train-labels.idx}}
              test: {idx: {features: test-images.idx, labels: test-labels.idx}}
              split: {holdout: {validation: 0.2}}
        """;

    private static readonly string s_config = """
        version: 1
        pipelines:
          torch:
        DATA
            model: {import: torch.onnx, freeze: ["conv1.*", "norm1.*"], head: {}}
            train: {optimizer: {adam: {lr: 0.01}}, batch: 16, epochs: 30}
            validate: {parity: {max_abs: 1e-5, decision_flips: 0}, metric: {test.accuracy: ">= 0.8"}}
          sklearn:
        DATA
            model: {import: sklearn.onnx}
            train: {optimizer: {adam: {lr: 0.02}}, batch: 32, epochs: 12}
            validate: {parity: {max_abs: 1e-5, decision_flips: 0}, metric: {test.accuracy: ">= 0.8"}}
          base:
        DATA
            model: {layers: [flatten, {dense: {units: 16, activation: relu}}, {batch_norm: {}}, {dense: 4}]}
            train: {optimizer: {adam: {lr: 0.003}}, batch: all, epochs: 4}
            export: {training: true}
          longer:
        DATA
            model: {layers: [flatten, {dense: {units: 16, activation: relu}}, {batch_norm: {}}, {dense: 4}]}
            train: {optimizer: {adam: {lr: 0.003}}, batch: all, epochs: 7}
          tuned:
        DATA
            model: {import: {pipeline: base}, continue: true}
            train: {optimizer: {adam: {lr: 0.003}}, batch: all, epochs: 3}
          thawed:
        DATA
            model: {import: {pipeline: base}, freeze: ["*"], head: {layers: [{dense: {units: 8, activation: relu}}, {dense: auto}]}}
            train:
              phases:
                - {optimizer: {adam: {lr: 0.01}}, epochs: 4, unfreeze: ["head.*"]}
                - {optimizer: {adam: {lr: 0.001}}, epochs: 4, unfreeze: ["dense1.*"]}
              groups: [{match: "dense1.*", lr: 0.1}, {match: "head.*", lr: 2}]

        """.Replace("DATA", Data, StringComparison.Ordinal);

    private readonly Workplace _place = new();

    [OneTimeSetUp]
    public void Write()
    {
        _place.Write("pipelines.yaml", s_config);
        new ImportedGolden().Write(_place["torch.onnx"]);
        File.WriteAllBytes(_place["sklearn.onnx"], SklearnModel.Bytes(64, 4, offset: 0.3f, scale: 4));
    }

    [OneTimeTearDown]
    public void Delete() => _place.Dispose();

    [Test]
    public void Run_OfAPyTorchFileWithANewHead_LearnsAndKeepsNamesInputsAndMetadata()
    {
        Tool tool = _place.Run("run", "torch", "--out", "torch", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Error, Does.Contain("import   all rows go once through what is frozen, up to '/MaxPool_output_0'"));
        Model before = ModelReader.Read(_place["torch.onnx"]);
        Model deployed = ModelReader.Read(_place["torch/model.onnx"]);
        Model after = ModelReader.Read(_place["torch/finetuned.onnx"]);
        Assert.That(deployed.Graph.Inputs.Single().ToString(), Is.EqualTo("input: uint8[N,8,8]"));
        Assert.That(after.Graph.Inputs.Single().ToString(), Is.EqualTo("image: float[N,1,8,8]"));
        Assert.That(new[] { deployed, after }.Select(m => m.Metadata["author"]), Has.All.EqualTo("of the model"));
        Assert.That(deployed.Graph.Nodes.Select(n => n.Name), Is.SupersetOf(new[] { "/conv1/Conv", "/fc1/Gemm" }), "its norm is folded into a convolution");
        Assert.That(after.Graph.Nodes.Select(n => n.Name), Is.SupersetOf(new[] { "/conv1/Conv", "/norm1/BatchNormalization", "/fc1/Gemm" }));
        Assert.That(after.Graph.Initializers.Keys, Is.SupersetOf(new[] { "conv1.weight", "norm1.running_mean", "conv2.weight", "fc1.weight", "head.dense1.weight" }));
        Assert.That(after.Graph.Initializers.Keys, Does.Not.Contain("fc2.weight"));
        Assert.That(after.Graph.Initializers["conv1.weight"].Bytes.SequenceEqual(before.Graph.Initializers["conv1.weight"].Bytes), "a frozen weight stays");
        Assert.That(after.Graph.Initializers["conv2.weight"].Bytes.SequenceEqual(before.Graph.Initializers["conv2.weight"].Bytes), Is.False, "another changes");
    }

    [Test]
    public void Run_OfASklearnPipeline_TrainsItsCoefficientsAndWritesItsOutputs()
    {
        Tool tool = _place.Run("run", "sklearn", "--out", "sklearn", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Error, Does.Contain("import   'output_probability': maps from label to number in the file (ZipMap)"));
        Model after = ModelReader.Read(_place["sklearn/finetuned.onnx"]);
        Assert.That(after.Graph.Inputs.Single().ToString(), Is.EqualTo("float_input: float[?,64]"));
        Assert.That(after.Graph.Outputs.Select(o => o.ToString()), Is.EqualTo(new[] { "output_label: int64[?]", "output_probability: float[?,4]" }));
        Assert.That(after.Graph.Initializers["Scaler/scale"].Span<float>().ToArray(), Is.All.EqualTo(4f), "what only prepares rows stays");
        Tensor before = Anneal.Trainer.Models.Import.CoreFinder.Find(ModelReader.Read(_place["sklearn.onnx"]), new()).Source.Graph.Initializers[SklearnModel.Coefficients];
        Assert.That(after.Graph.Initializers[SklearnModel.Coefficients].Bytes.SequenceEqual(before.Bytes), Is.False);
    }

    [Test]
    public void Run_OnAnAugmentedInput_TrainsTheWholeModelToTheSameKindOfFile()
    {
        Tool tool = _place.Run("run", "torch", "--out", "augmented", "--set", "augment=[{noise: 0.01}]", "--set", "train.epochs=2", "--set", "validate.metric={}", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        Assert.That(tool.Error, Does.Not.Contain("all rows go once"));
        Assert.That(ModelReader.Read(_place["augmented/finetuned.onnx"]).Graph.Initializers["norm1.running_mean"].Bytes.SequenceEqual(
            ModelReader.Read(_place["torch.onnx"]).Graph.Initializers["norm1.running_mean"].Bytes), "a frozen norm keeps its averages");
    }

    [Test]
    public void Run_EnsembleOfAnImportedModel_PassesParityAndSharesWhatIsFrozen()
    {
        Tool tool = RunEnsemble("torch", "members", "{members: {seeds: 2}}", "train.epochs=2");

        Model model = ModelReader.Read(_place["members/model.onnx"]);
        Assert.That(model.Metadata["anneal.fit"], Is.EqualTo("ensemble by mean_probabilities: members/42, members/43"));
        Assert.That(model.Graph.Nodes.Count(n => n.OpType == "Conv"), Is.EqualTo(3), "the first convolution is frozen, so both members have the same");
        Assert.That(_place["members/finetuned.onnx"], Does.Not.Exist, "an ensemble is no file of the imported form");
        Assert.That(tool.Json.GetProperty("validation").GetProperty("decision_flips").GetInt32(), Is.Zero);
    }

    [TestCase("{members: folds}", "data.split={kfold: 2}")]
    [TestCase("{members: {snapshots: 2}}", "train.schedule={cyclic: {period: 1}}")]
    [TestCase("{members: {runs: [other]}}", "average=none")]
    public void Run_OtherEnsemblesOfAnImportedModel_PassParity(string ensemble, string more)
    {
        if (ensemble.Contains("runs", StringComparison.Ordinal))
        {
            Assert.That(_place.Run("run", "torch", "--out", "other", "--set", "seed=7", "--set", "train.epochs=1", "--set", "preflight=none", "--set", "validate.metric={}").ExitCode, Is.Zero);
        }

        string run = "imported-" + more.Split('=')[0];

        Tool tool = RunEnsemble("torch", run, ensemble, "train.epochs=2", more);

        EnsembleRecord record = RunFolder.ReadRecord(_place[run])!.Ensemble!;
        Assert.That(record.Members, Has.Count.EqualTo(2));
        Assert.That(record.Agreement[0][1], Is.LessThan(1), "each member learnt something else");
        Assert.That(tool.Json.GetProperty("validation").GetProperty("decision_flips").GetInt32(), Is.Zero);
        Assert.That(tool.Json.GetProperty("metrics").GetProperty("test").GetProperty("accuracy").GetDouble(), Is.EqualTo(record.Metrics["accuracy"]));
    }

    [Test]
    public void Run_StudentOfImportedModels_IsWrittenBackToTheImportedFile()
    {
        RunEnsemble("torch", "same", "{members: {seeds: 2}, distill: {}}", "train.epochs=2");

        Model after = ModelReader.Read(_place["same/finetuned.onnx"]);
        Assert.That(after.Graph.Inputs.Single().ToString(), Is.EqualTo("image: float[N,1,8,8]"));
        Assert.That(after.Graph.Initializers["conv1.weight"].Bytes.SequenceEqual(ModelReader.Read(_place["torch.onnx"]).Graph.Initializers["conv1.weight"].Bytes), "a frozen weight stays");
        Assert.That(after.Metadata["author"], Is.EqualTo("of the model"));
    }

    // What is frozen, and groups, name parameters that the student does not have, or has others of.
    [TestCase("torch", "train.epochs=2")]
    [TestCase("tuned", "train.epochs=2")]
    [TestCase("thawed", "train.phases.0.epochs=1")]
    public void Run_StudentWithItsOwnNetwork_HasNothingOfTheImportedModel(string pipeline, string more)
    {
        RunEnsemble(pipeline, $"own-{pipeline}", "{members: {seeds: 2}, distill: {model: {mlp: [8]}}}", more);

        Model model = ModelReader.Read(_place[$"own-{pipeline}/model.onnx"]);
        Assert.That(model.Graph.Initializers.Values.Where(t => t.Rank > 1).Select(t => t.ToString()), Is.EquivalentTo(new[] { "float[64,8]", "float[8,4]" }));
        Assert.That(model.Metadata.Keys, Does.Not.Contain("author"));
        Assert.That(_place[$"own-{pipeline}/finetuned.onnx"], Does.Not.Exist);
    }

    [Test]
    public void Run_ContinuingWithTheOptimizersState_ArrivesWhereOneTrainingDoes()
    {
        Tool tuned = _place.Run("run", "tuned", "--out", "tuned", "--json");
        Tool longer = _place.Run("run", "longer", "--out", "longer", "--json");
        Tool again = _place.Run("run", "tuned", "--out", "tuned", "--json");

        Assert.That(tuned.ExitCode, Is.Zero, tuned.Error);
        Assert.That(longer.ExitCode, Is.Zero, longer.Error);
        Assert.That(tuned.Error, Does.Contain("base     pipeline base"));
        Dictionary<string, Tensor> expected = Weights("longer/model.onnx");
        Dictionary<string, Tensor> actual = Weights("tuned/model.onnx");
        Assert.That(actual.Keys, Is.EquivalentTo(expected.Keys));
        foreach ((string name, Tensor tensor) in expected)
        {
            // The same steps on the same numbers: only what a file's rounding does to none of them could differ.
            Assert.That(Cases.Compare.Doubles(actual[name]), Is.EqualTo(Cases.Compare.Doubles(tensor)).Within(1e-6), name);
        }

        Assert.That(again.Json.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("cached").GetBoolean()), Is.All.True);
        Assert.That(again.Error, Does.Contain("train    unchanged"));
    }

    [Test]
    public void Run_ThatUnfreezesPhaseByPhase_KeepsTheRest()
    {
        Tool tool = _place.Run("run", "thawed", "--out", "thawed", "--json");

        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        string path = JsonDocument.Parse(File.ReadAllText(_place["thawed/run.json"])).RootElement.GetProperty("base_model").GetString()!;
        Model before = ModelReader.Read(path);
        Model after = ModelReader.Read(_place["thawed/finetuned.onnx"]);
        Assert.That(after.Graph.Inputs.Single().ToString(), Is.EqualTo(before.Graph.Inputs.Single().ToString()));
        Assert.That(after.Graph.Initializers["dense1.weight"].Bytes.SequenceEqual(before.Graph.Initializers["dense1.weight"].Bytes), Is.False);
        Assert.That(after.Graph.Initializers["batch_norm1.mean"].Bytes.SequenceEqual(before.Graph.Initializers["batch_norm1.mean"].Bytes), "a frozen norm keeps its averages");
        Assert.That(after.Graph.Initializers.Keys, Does.Contain("head.dense2.bias").And.Not.Contain("dense2.weight"));
    }

    private Tool RunEnsemble(string pipeline, string run, string ensemble, params string[] more)
    {
        Tool tool = _place.Run(["run", pipeline, "--out", run, "--set", "ensemble=" + ensemble, "--set", "preflight=none", "--set", "validate.metric={}", "--json", .. more.SelectMany(m => (string[])["--set", m])]);
        Assert.That(tool.ExitCode, Is.Zero, tool.Error);
        return tool;
    }

    private Dictionary<string, Tensor> Weights(string path) =>
        ModelReader.Read(_place[path]).Graph.Initializers.Where(i => !i.Key.Contains("const", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
}
