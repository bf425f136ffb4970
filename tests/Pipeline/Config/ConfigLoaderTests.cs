using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Checks;
using Anneal.Pipeline.Config.Options;

namespace Anneal.Tests.Pipeline.Config;

internal sealed class ConfigLoaderTests
{
    private const string Everything = """
        task: classification
        seed: 7
        data:
          train: &train
            csv:
              path: a b.csv
              columns: {age: number, "the: job": category, id: ignore, income: category}
              header: false
              delimiter: "\t"
              missing: [n/a, "", "null"]
              label_strip: "."
          test: *train
          split: {holdout: {validation: 0.2, stratify: false}}
          label: income
          features: {numeric: min_max, impute: median}
        model: {layers: [{dense: 32}, {activation: relu}, flatten, {dropout: 0.25}, {dense: {units: auto, init: zeros, bias: false}}]}
        train: {optimizer: {momentum: 0.1}, schedule: {step: {every: 100, unit: step}}, batch: 16, epochs: 30, early_stopping: validation.accuracy, threads: 2}
        average: [last_k: 3, best, final]
        export: {labels: [lo, hi]}
        validate: {parity: 1e-6, metric: {test.accuracy: ">= 0.85", validation.loss: < 1}, latency_ms: {p99: 5}, batch_sizes: [all]}
        """;

    [Test]
    public void Parse_SmallestFile_FillsDefaults()
    {
        PipelineOptions options = ConfigText.Load(ConfigText.Smallest).Options;

        Assert.That(options.Seed, Is.EqualTo(42));
        Assert.That(((MlpOptions)options.Model).Units, Is.EqualTo(new[] { 500, 500 }));
        Assert.That(options.Train.Optimizer, Is.EqualTo(new AdamOptions()));
        Assert.That(options.Data.Split, Is.EqualTo(new HoldoutOptions { Stratify = true }));
        Assert.That(options.Data.Normalize, Is.EqualTo(new NormalizeOptions()));
        Assert.That(options.Data.Features, Is.Null);
        Assert.That(options.Validate.BatchSizes, Is.EqualTo(new int?[] { 1, 7, 64, null }));
        Assert.That(options.Average, Is.Null);
    }

    [Test]
    public void Parse_SmallestFile_WritesEveryDefault()
    {
        Assert.That(ConfigText.Load(ConfigText.Smallest).Yaml, Is.EqualTo("""
            version: 1
            pipelines:
              digits:
                task: classification
                seed: 42
                data:
                  dataset: mnist
                  split:
                    holdout:
                      validation: 0.1
                      test: 0
                      stratify: true
                  classes: all
                  normalize:
                    method: fixed
                    scale: auto
                    mean: 0
                    std: 1
                augment: none
                model:
                  mlp:
                    units: [500, 500]
                    activation: relu
                    dropout: 0
                    init:
                      kind: auto
                      scale: 1
                loss:
                  cross_entropy:
                    label_smoothing: 0
                    class_weights: {}
                metrics:
                  best: auto
                  top_k: none
                  bins: 15
                preflight:
                  data: true
                  allow_duplicates: 0
                  allow_leakage: []
                  initial_loss: true
                  gradient_check: true
                  overfit: none
                  shuffled_labels: false
                train:
                  optimizer:
                    adam:
                      lr: 0.001
                      beta1: 0.9
                      beta2: 0.999
                      eps: 1e-08
                      bias_correction: true
                      weight_decay: 0
                  schedule:
                    constant:
                      warmup: 0
                  batch: 64
                  epochs: 20
                  phases: none
                  accumulate: 1
                  groups: none
                  regularize:
                    l1: 0
                    l2: 0
                    biases: false
                    decoupled_decay: 0
                    max_norm: none
                    input_noise: 0
                    weight_noise: 0
                  clip:
                    norm: none
                    value: none
                  checkpoint:
                    every_epochs: 1
                    keep: 5
                  monitor:
                    tensorboard: true
                  log_every: 100
                  engine: simd
                  device: auto
                  allow_fallback: false
                  capture: auto
                  precision: float32
                  loss_scale: auto
                  threads: auto
                average: none
                ensemble: none
                export:
                  opset: 18
                  threshold: 0.5
                  golden_rows: 8
                  variants: []
                  external_data: false
                  inputs: columns
                  layout: as_read
                  outputs: []
                  calibrate: none
                  training: false
                validate:
                  structure: true
                  parity:
                    max_abs: 1e-05
                    decision_flips: 0
                  metric: {}
                  per_class: {}
                  latency_ms: []
                  throughput: []
                  determinism: true
                  provider: true
                  robustness: false
                  batch_sizes: [1, 7, 64, all]

            """));
    }

    [Test]
    public void Parse_EveryForm_BindsEachValue()
    {
        using var folder = new DataFolder("a b.csv");
        PipelineOptions options = folder.Load(ConfigText.Pipeline(Everything)).Options;

        var train = (CsvOptions)options.Data.Train!;
        Assert.That(train.Columns!.Keys, Is.EqualTo(new[] { "age", "the: job", "id", "income" }));
        Assert.That(train.Delimiter, Is.EqualTo('\t'));
        Assert.That(train.Missing, Is.EqualTo(new[] { "n/a", "", "null" }));
        Assert.That(options.Data.Features, Is.EqualTo(new FeaturesOptions { Numeric = NumericScaling.MinMax, Impute = new ImputeMedianOptions() }));
        Assert.That(options.Data.Normalize, Is.Null);
        Assert.That(((LayersOptions)options.Model).Layers, Is.EqualTo(new LayerOptions[]
        {
            new DenseOptions { Units = 32 },
            new ActivationOptions { Kind = ActivationKind.Relu },
            new FlattenOptions(),
            new DropoutOptions { Rate = 0.25 },
            new DenseOptions { Units = null, Init = new InitOptions { Kind = InitKind.Zeros }, Bias = false },
        }));
        Assert.That(options.Train.Optimizer, Is.EqualTo(new MomentumOptions { Lr = 0.1 }));
        Assert.That(options.Train.Schedule, Is.EqualTo(new StepOptions { Every = 100, Unit = StepUnit.Step }));
        Assert.That(options.Train.EarlyStopping, Is.EqualTo(new EarlyStoppingOptions { Metric = "validation.accuracy" }));
        Assert.That(options.Average!.Candidates, Is.EqualTo(new CandidateOptions[] { new LastKOptions { K = 3 }, new BestOptions(), new FinalOptions() }));
        Assert.That(options.Validate.Metric["test.accuracy"], Is.EqualTo(new Bound(BoundOperator.GreaterOrEqual, 0.85)));
        Assert.That(options.Validate.Metric["validation.loss"], Is.EqualTo(new Bound(BoundOperator.Less, 1)));
        Assert.That(options.Validate.LatencyMs, Is.EqualTo(new[] { new LatencyOptions { P99 = 5 } }));
        Assert.That(options.Validate.BatchSizes, Is.EqualTo(new int?[] { null }));
    }

    [Test]
    public void Parse_OwnResolvedYaml_GivesTheSame()
    {
        using var folder = new DataFolder("a b.csv");
        foreach (string text in new[] { ConfigText.Smallest, ConfigText.Pipeline(Everything) })
        {
            LoadedConfig first = folder.Load(text);
            LoadedConfig second = folder.Load(first.Yaml);

            Assert.That(second.Yaml, Is.EqualTo(first.Yaml));
            Assert.That(second.Name, Is.EqualTo(first.Name));
            Assert.That(second.KeyText(), Is.EqualTo(first.KeyText()));
            Assert.That(second.Rows.Select(r => (r.Path, r.Value)), Is.EqualTo(first.Rows.Select(r => (r.Path, r.Value))));
        }
    }

    [Test]
    public void Rows_OfAFileWithSets_SayWhereEachValueIsFrom()
    {
        LoadedConfig config = ConfigText.Load(ConfigText.Smallest, "train.epochs=3");

        Assert.That(config.Rows.Select(r => $"{r.Path} = {r.Value} ({r.Origin})"), Does.Contain("data.dataset = mnist (pipelines.yaml:5:21)")
            .And.Contain("model.mlp.units = [500, 500] (pipelines.yaml:6:18)")
            .And.Contain("train.epochs = 3 (--set)")
            .And.Contain("train.early_stopping = ~ (default)")
            .And.Contain("train.optimizer.adam.lr = 0.001 (default)"));
        Assert.That(config.Rows.Where(r => r.Doc.Length == 0), Is.Empty);
        Assert.That(config.OriginOf("model.mlp"), Is.EqualTo(new Origin("pipelines.yaml", 6, 18)));
    }

    [Test]
    public void Parse_TestTable_TakesWhatItLeavesOutFromTheTrainingTable()
    {
        using var folder = new DataFolder("train.csv", "test.csv");
        CsvOptions[] Load(string test)
        {
            DataOptions data = folder.Load(ConfigText.Pipeline($$$"""
                task: classification
                data:
                  train: {csv: {path: train.csv, columns: {a: number, y: category}, header: false, delimiter: ";", missing: [n/a], trim: false, label_strip: ".", skip_blank_lines: false}}
                  test: {csv: {{{test}}}}
                  label: y
                model: {mlp: [4]}
                """)).Options.Data;
            return [(CsvOptions)data.Train!, (CsvOptions)data.Test!];
        }

        CsvOptions[] rest = Load("{path: test.csv}");
        CsvOptions[] own = Load("{path: test.csv, header: true, missing: [none], columns: ~}");

        Assert.That(rest[1], Is.EqualTo(rest[0] with { Path = "test.csv" }));
        Assert.That(own[1], Is.EqualTo(own[0] with { Path = "test.csv", Header = true, Missing = own[1].Missing }));
        Assert.That(own[1].Missing, Is.EqualTo(new[] { "none" }));
    }

    [TestCase("{path: test}", "", ChannelsKind.Gray, BadImageKind.Skip)]
    [TestCase("{path: test, folder: b, on_error: fail}", "b", ChannelsKind.Gray, BadImageKind.Fail)]
    public void Parse_TestImages_TakeAllButTheirPlaceFromTheTrainingImages(string test, string folder, ChannelsKind channels, BadImageKind onError)
    {
        using var files = new DataFolder();
        Directory.CreateDirectory(Path.Combine(files.Path, "train"));
        Directory.CreateDirectory(Path.Combine(files.Path, "test"));

        DataOptions data = files.Load(ConfigText.Pipeline(
            $"task: classification\ndata: {{train: {{images: {{path: train, folder: a, channels: gray, size: [8, 9], on_error: skip}}}}, test: {{images: {test}}}}}\nmodel: {{mlp: [4]}}")).Options.Data;

        var options = (ImagesOptions)data.Test!;
        Assert.That((options.Path, options.Folder, options.Channels, options.OnError), Is.EqualTo(("test", folder, (ChannelsKind?)channels, onError)));
        Assert.That(options.Size, Is.EqualTo(new[] { 8, 9 }));
    }

    [Test]
    public void KeyText_OfValuesThatCannotChangeTheResult_StaysTheSame()
    {
        string plain = ConfigText.Load(ConfigText.Smallest).KeyText();

        Assert.That(ConfigText.Load(ConfigText.Smallest, "train.threads=3", "train.log_every=1").KeyText(), Is.EqualTo(plain));
        Assert.That(ConfigText.Load(ConfigText.Smallest, "train.batch=32").KeyText(), Is.Not.EqualTo(plain));
        Assert.That(ConfigText.Load(ConfigText.Smallest, "train.batch=32").KeyText("data", "seed"), Is.EqualTo(ConfigText.Load(ConfigText.Smallest).KeyText("data", "seed")));
        Assert.That(ConfigText.Load(ConfigText.Smallest).KeyText("seed"), Is.EqualTo("seed=42\n"));
    }

    [Test]
    public void Parse_NamedPipeline_LoadsItAndBindsTheOthers()
    {
        string text = ConfigText.Smallest + "\n  second:\n    task: regression\n    data: {train: {npy: {features: x.npy, labels: y.npy}}}\n    model: {mlp: 8}\n";

        Assert.That(ConfigText.Load(ConfigText.Smallest).Name, Is.EqualTo("digits"));
        Assert.That(Errors(text, "second"), Does.Contain("pipelines.yaml:10:18 model.mlp.units: expected a list, found '8'"));
        Assert.That(Errors(text, "digits"), Is.EqualTo("pipelines.yaml:10:18 pipelines.second.model.mlp.units: expected a list, found '8'"));
        Assert.That(Errors(ConfigText.Smallest, "digts"), Is.EqualTo("pipelines.yaml:3:3 pipelines: no pipeline 'digts'; did you mean 'digits'?"));

        static string Errors(string text, string name) =>
            Assert.Throws<ConfigException>(() => ConfigLoader.Parse(text, "pipelines.yaml", ["/nowhere"], name))!.Message;
    }

    [Test]
    public void Load_ExtraValidator_ReportsWithTheRest()
    {
        ConfigException? failure = Assert.Throws<ConfigException>(
            () => ConfigLoader.Parse(ConfigText.Smallest, "pipelines.yaml", [], sets: ["train.batch=0"], validators: [new Refusal()]));

        Assert.That(failure!.Message, Is.EqualTo("""
            pipelines.yaml:6:18 model.mlp.units: refused
            --set train.batch: must be from 1 to 1048576, found 0
            """));
    }

    [Test]
    public void Load_FilesOnDisk_AreFoundBesideTheYamlAndInSearchFolders()
    {
        using var near = new DataFolder("x.npy", "pipelines.yaml");
        using var far = new DataFolder("y.npy");
        string path = Path.Combine(near.Path, "pipelines.yaml");
        File.WriteAllText(path, ConfigText.Pipeline("task: regression\ndata: {train: {npy: {features: x.npy, labels: y.npy}}}\nmodel: {mlp: [8]}"));

        LoadedConfig config = ConfigLoader.Load(path, searchFolders: [far.Path]);
        ConfigException? failure = Assert.Throws<ConfigException>(() => ConfigLoader.Load(path));

        Assert.That(config.Files.Find("y.npy"), Is.EqualTo(Path.Combine(far.Path, "y.npy")));
        Assert.That(failure!.Message, Is.EqualTo($"{path}:5:51 data.train.npy.labels: no such file: 'y.npy'; tried {Path.Combine(near.Path, "y.npy")}"));
    }

    [Test]
    public void Load_UnreadableFile_SaysWhy()
    {
        using var folder = new DataFolder("big.yaml", "binary.yaml");
        string big = Path.Combine(folder.Path, "big.yaml");
        string binary = Path.Combine(folder.Path, "binary.yaml");
        File.WriteAllText(big, new string('#', 2_000_000));
        File.WriteAllBytes(binary, [0x61, 0xFF, 0xFE]);

        Assert.That(Message("missing.yaml"), Is.EqualTo("missing.yaml: no such file"));
        Assert.That(Message(big), Is.EqualTo($"{big}: 2000000 bytes; the limit is 1048576"));
        Assert.That(Message(binary), Is.EqualTo($"{binary}: not a UTF-8 text"));

        static string Message(string path) => Assert.Throws<ConfigException>(() => ConfigLoader.Load(path))!.Message;
    }

    private sealed class Refusal : IConfigValidator
    {
        public IReadOnlyList<string> Reads => ["model"];

        public void Check(CheckContext context) => context.Error("model.mlp.units", "refused");
    }
}
