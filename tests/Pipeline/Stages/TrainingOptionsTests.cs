using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;
using Anneal.Tests.Pipeline.Config;
using Anneal.Trainer.Data.Augment;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Losses;
using Anneal.Trainer.Optimizers;
using Anneal.Trainer.Schedules;
using Origin = Anneal.Onnx.Ir.Origin;

namespace Anneal.Tests.Pipeline.Stages;

/// <summary>What each key of the configuration becomes: all of them at values that are not their defaults, so that two that change places are seen.</summary>
internal sealed class TrainingOptionsTests
{
    private const float Rate = 0.5f;

    private static readonly TestCaseData[] s_optimizers =
    [
        Case("optimizer={sgd: {lr: 0.5, weight_decay: 0.25}}", Rule("sgd", "SgdStep", [], false, ("weight_decay", 0.25f))),
        Case("optimizer={momentum: {lr: 0.5, momentum: 0.75, weight_decay: 0.25}}", Momentum("MomentumStep", false)),
        Case("optimizer={momentum: {lr: 0.5, momentum: 0.75, weight_decay: 0.25, nesterov: true}}", Momentum("NesterovStep", false)),
        Case("optimizer={momentum: {lr: 0.5, momentum: 0.75, weight_decay: 0.25, form: average}}", Momentum("AverageMomentumStep", true)),
        Case("optimizer={momentum: {lr: 0.5, momentum: 0.75, weight_decay: 0.25, form: look_ahead}}", Momentum("LookAheadStep", false) with { LookAhead = 0.75f }),
        Case("optimizer={adagrad: {lr: 0.5, eps: 0.125, weight_decay: 0.25}}", Rule("adagrad", "AdagradStep", ["h"], false, ("epsilon", 0.125f), ("weight_decay", 0.25f))),
        Case(
            "optimizer={rmsprop: {lr: 0.5, decay: 0.75, eps: 0.125, momentum: 0.625, centered: true, weight_decay: 0.25}}",
            Rule("rmsprop", "RmspropStep", ["s", "a", "b"], false, ("decay", 0.75f), ("epsilon", 0.125f), ("momentum", 0.625f), ("centered", 1), ("weight_decay", 0.25f))),
        Case(
            "optimizer={adam: {lr: 0.5, beta1: 0.625, beta2: 0.75, eps: 0.125, weight_decay: 0.25}}",
            Rule("adam", "AdamStep", ["m", "v"], true, ("beta1", 0.625f), ("beta2", 0.75f), ("epsilon", 0.125f), ("weight_decay", 0.25f))),
        Case(
            "optimizer={adam: {lr: 0.5, beta1: 0.625, beta2: 0.75, eps: 0.125, weight_decay: 0.25, bias_correction: false}}",
            Rule("adam", "AdamWStep", ["m", "v"], true, ("beta1", 0.625f), ("beta2", 0.75f), ("epsilon", 0.125f), ("weight_decay", 0.25f), ("decoupled_decay", 0), ("bias_correction", 0))),
        Case(
            "optimizer={adamw: {lr: 0.5, beta1: 0.625, beta2: 0.75, eps: 0.125, weight_decay: 0.25}}",
            Rule("adamw", "AdamWStep", ["m", "v"], true, ("beta1", 0.625f), ("beta2", 0.75f), ("epsilon", 0.125f), ("weight_decay", 0), ("decoupled_decay", 0.25f), ("bias_correction", 1)) with
            {
                Decay = "decoupled_decay",
            }),
        Case(
            "optimizer={nadam: {lr: 0.5, beta1: 0.625, beta2: 0.75, eps: 0.125, weight_decay: 0.25}}",
            Rule("nadam", "NadamStep", ["m", "v"], true, ("beta1", 0.625f), ("beta2", 0.75f), ("epsilon", 0.125f), ("weight_decay", 0.25f))),
        Case("optimizer={lion: {lr: 0.5, beta1: 0.625, beta2: 0.75, weight_decay: 0.25}}", Rule("lion", "LionStep", ["m"], false, ("beta1", 0.625f), ("beta2", 0.75f), ("weight_decay", 0.25f))),
        Case("optimizer={lbfgs: {lr: 0.5, history: 3, max_evaluations: 7, c1: 0.125, c2: 0.25}}", new Lbfgs(History: 3, MaxEvaluations: 7, SufficientDecrease: 0.125, Curvature: 0.25), "batch=all"),
        Case(
            "optimizer={genetic: {deviation: 0.5, population: 11, tournament: 5, crossover: 0.25, mutation: 0.75, elite: 4, spread: 0.125}}",
            new Genetic(Population: 11, Tournament: 5, Crossover: 0.25, Mutation: 0.75, Elite: 4, Spread: 0.125)),
    ];

    private static readonly TestCaseData[] s_schedules =
    [
        Case("schedule={constant: {warmup: 2}}", new Schedule.Constant(Rate)),
        Case("schedule={step: {every: 3, unit: step, factor: 0.25, warmup: 2}}", new Schedule.StepDecay(Rate, Every: 3, Decay: 0.25, PerEpoch: false)),
        Case("schedule={multi_step: {at: [3, 5], unit: step, factor: 0.25, warmup: 2}}", new Schedule.MultiStep(Rate, [3, 5], Decay: 0.25, PerEpoch: false)),
        Case("schedule={exponential: {factor: 0.25, unit: step, warmup: 2}}", new Schedule.Exponential(Rate, Decay: 0.25, PerEpoch: false)),
        Case("schedule={inverse_time: {decay: 0.25, unit: step, warmup: 2}}", new Schedule.InverseTime(Rate, Decay: 0.25, PerEpoch: false)),
        Case("schedule={polynomial: {power: 3, floor: 0.25, unit: epoch, warmup: 2}}", new Schedule.Polynomial(Rate, Power: 3, Floor: 0.25, PerEpoch: true)),
        Case("schedule={cosine: {floor: 0.25, unit: epoch, warmup: 2}}", new Schedule.Cosine(Rate, Floor: 0.25, PerEpoch: true)),
        Case("schedule={warm_restarts: {period: 3, growth: 2, floor: 0.25, unit: step, warmup: 2}}", new Schedule.WarmRestarts(Rate, Period: 3, Growth: 2, Floor: 0.25, PerEpoch: false)),
        Case("schedule={cyclic: {period: 3, floor: 0.25, unit: step, warmup: 2}}", new Schedule.Cyclic(Rate, Period: 3, Floor: 0.25, PerEpoch: false)),
        Case("schedule={one_cycle: {rise: 0.25, start: 5, end: 50, warmup: 2}}", new Schedule.OneCycle(Rate, Rise: 0.25, Start: 5, End: 50)),
        Case(
            "schedule={reduce_on_plateau: {metric: validation.accuracy, patience: 3, factor: 0.25, min_delta: 0.125, floor: 0.0625, warmup: 2}}",
            new Schedule.ReduceOnPlateau(Rate, new PlateauRule("accuracy", HigherIsBetter: true, Factor: 0.25, Patience: 3, MinDelta: 0.125, Floor: 0.0625))),
        Case(
            "schedule={reduce_on_plateau: {metric: validation.accuracy, mode: min, patience: 3, factor: 0.25, min_delta: 0.125, floor: 0.0625, warmup: 2}}",
            new Schedule.ReduceOnPlateau(Rate, new PlateauRule("accuracy", HigherIsBetter: false, Factor: 0.25, Patience: 3, MinDelta: 0.125, Floor: 0.0625))),
        Case(
            "schedule={reduce_on_plateau: {mode: max, warmup: 2}}",
            new Schedule.ReduceOnPlateau(Rate, new PlateauRule("loss", HigherIsBetter: true, Factor: 0.1, Patience: 5))),
        Case("schedule={reduce_on_plateau: {warmup: 2}}", new Schedule.ReduceOnPlateau(Rate, new PlateauRule("loss", HigherIsBetter: false, Factor: 0.1, Patience: 5))),
    ];

    private static readonly TestCaseData[] s_losses =
    [
        new("task=classification", "loss={cross_entropy: {label_smoothing: 0.25}}", new CrossEntropy(Smoothing: 0.25)),
        new("task=binary", "loss={binary_cross_entropy: {label_smoothing: 0.25}}", new BinaryCrossEntropy(Smoothing: 0.25)),
        new("task=classification", "loss=weston_watkins", new WestonWatkinsHinge()),
        new("task=binary", "loss=hinge", new Hinge()),
        new("task=binary", "loss={focal: {gamma: 3, alpha: 0.25}}", new Focal(Gamma: 3, Alpha: 0.25)),
        new("task=classification", "loss=sigmoid_mse", new SigmoidSquaredError()),
        new("task=regression", "loss=mse", new SquaredError()),
        new("task=regression", "loss=mae", new AbsoluteError()),
        new("task=regression", "loss={huber: {delta: 2.5}}", new Huber(Delta: 2.5)),
        new("task=regression", "loss=poisson", new Poisson()),
    ];

    // Each with p, so that its place among the changes and that of its probability are seen.
    private static readonly (string Yaml, object Expected)[] s_augmentations =
    [
        ("{brightness: {range: 0.25, p: 0.125}}", new Brightness(Range: 0.25) { Probability = 0.125 }),
        ("{color: {saturation: 0.25, hue: 0.375, p: 0.125}}", new Colour(Saturation: 0.25, Hue: 0.375) { Probability = 0.125 }),
        ("{contrast: {range: 0.75, p: 0.125}}", new Contrast(Range: 0.75) { Probability = 0.125 }),
        ("{crop: {padding: 3, min_area: 0.25, max_ratio: 2, fill: edge, p: 0.125}}", new Crop(Padding: 3, MinArea: 0.25, MaxRatio: 2, BorderFill.Edge) { Probability = 0.125 }),
        ("{cutout: {size: 3, value: 7, p: 0.125}}", new Cutout(Size: 3, Value: 7) { Probability = 0.125 }),
        ("{elastic: {alpha: 5, sigma: 2, fill: reflect, p: 0.125}}", new Elastic(Alpha: 5, Sigma: 2, BorderFill.Reflect) { Probability = 0.125 }),
        ("{flip: {axis: vertical, alternate: true, p: 0.125}}", new Flip(FlipAxis.Vertical, Alternates: true) { Probability = 0.125 }),
        ("{noise: {std: 0.25, p: 0.125}}", new Noise(Deviation: 0.25) { Probability = 0.125 }),
        ("{rotate: {degrees: 30, fill: edge, p: 0.125}}", new Rotate(Degrees: 30, BorderFill.Edge) { Probability = 0.125 }),
        ("{scale: {min: 0.5, max: 3, fill: reflect, p: 0.125}}", new Zoom(Min: 0.5, Max: 3, BorderFill.Reflect) { Probability = 0.125 }),
        ("{shift: {pixels: 2, subpixel: true, fill: edge, p: 0.125}}", new Shift(Pixels: 2, BorderFill.Edge, Subpixel: true) { Probability = 0.125 }),
        ("{cutmix: {alpha: 0.25, p: 0.125}}", new Cutmix { Alpha = 0.25, Probability = 0.125 }),
        ("{mixup: {alpha: 0.75, p: 0.125}}", new Mixup { Alpha = 0.75, Probability = 0.125 }),
    ];

    private static readonly string[] s_update =
    [
        "train.clip={norm: 5, value: 3}", "train.accumulate=4",
        "train.regularize={l1: 0.5, l2: 0.25, biases: true, decoupled_decay: 0.125, max_norm: 2, input_noise: 0.0625, weight_noise: 0.03125}",
        "train.groups=[{match: 'a*', lr: 0.5, weight_decay: 0.25}, {match: 'b?', frozen: true}]", "average=[ema: 0.75]",
    ];

    private static readonly string[] s_phases =
    [
        "train.phases=[{epochs: 3, freeze: [a]}, {epochs: 2, batch: 8, optimizer: {sgd: 0.25}, schedule: {step: 2}, unfreeze: [a], freeze: [b, c]}]",
    ];

    private static readonly string[] s_loop =
    [
        "train.early_stopping={metric: train.accuracy, patience: 3, min_delta: 0.25, mode: min}", "train.checkpoint={every_epochs: 2, keep: 7}", "train.batch=32", "train.epochs=9",
        "train.optimizer={sgd: 0.25}", "seed=7", "metrics={best: validation.top_k, top_k: 3, bins: 7}",
    ];

    private static readonly string[] s_scaling = ["train.engine=ort", "train.precision=fp16", "train.loss_scale={initial: 1024, interval: 50}"];

    [TestCaseSource(nameof(s_optimizers))]
    public void UpdateOf_Optimizer_HasEveryKeyAtItsPlace(string set, object expected, string other)
    {
        LoadedConfig config = Load(["train." + set, .. other.Length == 0 ? Array.Empty<string>() : ["train." + other]]);

        Assert.That(RecordText.Of(Update(config).Optimizer), Is.EqualTo(RecordText.Of(expected)));
        Assert.That(TrainingOptions.LoopOf(config, [null!]).Schedule.Rate, Is.EqualTo(Rate));
    }

    [TestCaseSource(nameof(s_schedules))]
    public void LoopOf_Schedule_HasEveryKeyAtItsPlace(string set, Schedule expected, string other)
    {
        LoadedConfig config = Load(["train." + set, "train.optimizer={sgd: 0.5}", "train.epochs=7"]);

        Assert.That(other, Is.Empty);
        Assert.That(RecordText.Of(TrainingOptions.LoopOf(config, [null!]).Schedule), Is.EqualTo(RecordText.Of(expected with { Epochs = 7, Warmup = 2 })));
    }

    [TestCaseSource(nameof(s_losses))]
    public void LossOf_Loss_HasEveryKeyAtItsPlace(string task, string set, Loss expected) =>
        Assert.That(RecordText.Of(Targets.LossOf(Load([task, set]).Options.Loss!)), Is.EqualTo(RecordText.Of(expected)));

    [Test]
    public void AugmentSettings_EveryAugmentation_HasEveryKeyAtItsPlaceInOrder()
    {
        PipelineOptions options = Load([Augmented]).Options;

        Assert.That(AugmentSettings.Rows(options).Select(RecordText.Of), Is.EqualTo(s_augmentations.Where(a => a.Expected is Augmentation).Select(a => RecordText.Of(a.Expected))));
        Assert.That(AugmentSettings.Mixes(options).Select(RecordText.Of), Is.EqualTo(s_augmentations.Where(a => a.Expected is BatchMix).Select(a => RecordText.Of(a.Expected))));
    }

    [Test]
    public void UpdateOf_EverythingAroundTheOptimizer_HasEveryKeyAtItsPlace()
    {
        var expected = new UpdateSettings(Optimizer.Adam())
        {
            ClipNorm = 5,
            ClipValue = 3,
            Accumulate = 4,
            Regularization = new Regularization { L1 = 0.5f, L2 = 0.25f, CoversBiases = true, DecoupledDecay = 0.125f, MaxNorm = 2, InputNoise = 0.0625f, WeightNoise = 0.03125f },
            Groups = [new ParameterGroup("a*", Origin.None) { Rate = 0.5f, Decay = 0.25f }, new ParameterGroup("b?", Origin.None) { IsFrozen = true }],
            AverageDecays = [0.75f],
        };

        Assert.That(RecordText.Of(Update(Load(s_update))), Is.EqualTo(RecordText.Of(expected)));
    }

    [Test]
    public void UpdateOf_ElasticNet_IsBothPenaltiesOfOneStrength()
    {
        Regularization found = Update(Load(["train.regularize.elastic_net={strength: 0.5, l1_share: 0.25}"])).Regularization;

        Assert.That(RecordText.Of(found), Is.EqualTo(RecordText.Of(new Regularization { L1 = 0.125f, L2 = 0.375f })));
    }

    [Test]
    public void UpdateOf_HalfPrecision_ScalesTheLossAsAsked() =>
        Assert.That(RecordText.Of(Update(Load(s_scaling)).Scaling), Is.EqualTo(RecordText.Of(new LossScaling(Initial: 1024, Interval: 50))));

    [Test]
    public void UpdateOf_Phases_FreezeWhatThoseBeforeThemSayAndTheyDo()
    {
        LoadedConfig config = Load(s_phases);

        string Frozen(int phase) => string.Join(", ", TrainingOptions.UpdateOf(config, config.Options.Train.AllPhases()[phase]).Freezing.Select(f => (f.IsFrozen ? "+" : "-") + f.Pattern));
        Assert.That((Frozen(0), Frozen(1)), Is.EqualTo(("+a", "+a, -a, +b, +c")));
        Phase later = TrainingOptions.LoopOf(config, [null!, null!]).Later.Single();
        Assert.That(RecordText.Of(later), Is.EqualTo(RecordText.Of(new Phase(null!, 8, 2, new Schedule.StepDecay(0.25f, 2, 0.1, PerEpoch: true) { Epochs = 2 }))));
    }

    [Test]
    public void LoopOf_Settings_HaveEveryKeyAtItsPlace()
    {
        LoadedConfig config = Load(s_loop);
        var expected = new LoopOptions(
            Seed: 7,
            Batch: 32,
            Epochs: 9,
            new Schedule.Constant(0.25f) { Epochs = 9 },
            new EarlyStopping("accuracy", Patience: 3, MinDelta: 0.25, HigherIsBetter: false) { OnTrain = true },
            CheckpointEvery: 2,
            KeepCheckpoints: 7)
        {
            BestMetric = "top_k",
        };

        Assert.That(RecordText.Of(TrainingOptions.LoopOf(config, [null!])), Is.EqualTo(RecordText.Of(expected)));
        Assert.That(TaskMetrics.SettingsOf(config.Options.Metrics), Is.EqualTo(new MetricOptions(TopK: 3, Bins: 7)));
        Assert.That(Targets.BestMetricOf(config.Options), Is.EqualTo("top_k"));
    }

    // A new key without a case fails here.
    [Test]
    public void Keys_OfTrainingLossMetricsAndAugment_AreAllAtOtherThanTheirDefaultsInACase()
    {
        string[][] all =
        [
            .. s_optimizers.Concat(s_schedules).Select(c => c.Arguments.Where(a => a is string and not "").Select(a => "train." + a).ToArray()),
            .. s_losses.Select(c => new[] { (string)c.Arguments[0]!, (string)c.Arguments[1]! }),
            [Augmented], s_update, ["train.regularize.elastic_net={strength: 0.5, l1_share: 0.25}"], s_phases, s_loop, s_scaling,
        ];
        HashSet<string> seen = [.. all.SelectMany(sets => OptionKeys.Changed(Load(sets).Options))];
        Type[] records = [typeof(TrainOptions), typeof(LossOptions), typeof(MetricsOptions), typeof(AugmentOptions)];

        // The weights of classes are held by the rows that they are counted on: TargetsTests.
        string[] unseen = [.. records.SelectMany(OptionKeys.Of).Distinct().Where(k => !seen.Contains(k) && !k.EndsWith(".class_weights", StringComparison.Ordinal))];

        Assert.That(unseen, Is.Empty);
        Assert.That(records.SelectMany(OptionKeys.Of).Distinct().Count(), Is.GreaterThan(100));
    }

    private static string Augmented => $"augment=[{string.Join(", ", s_augmentations.Select(a => a.Yaml))}]";

    private static LoadedConfig Load(string[] sets)
    {
        if (!sets.Contains(Augmented))
        {
            return sets is [var first, .. string[] others] && first.StartsWith("task=", StringComparison.Ordinal)
                ? ConfigText.LoadTable(first["task=".Length..], others)
                : ConfigText.Load(ConfigText.Smallest, sets);
        }

        // 'color' wants three channels.
        using var folder = new TempFolder();
        using (FileStream features = File.Create(folder["x.npy"]), labels = File.Create(folder["y.npy"]))
        {
            NpyWriter.Write(features, Tensor.Zeros(DType.UInt8, 4, 3, 8, 8));
            NpyWriter.Write(labels, Tensor.Vector<long>(0, 1, 0, 1));
        }

        string text = ConfigText.Pipeline("task: classification\ndata: {train: {npy: {features: x.npy, labels: y.npy}}}\nmodel: {mlp: [5]}");
        return ConfigLoader.Parse(text, "pipelines.yaml", [folder[""]], sets: sets);
    }

    private static UpdateSettings Update(LoadedConfig config) => TrainingOptions.UpdateOf(config, config.Options.Train.AllPhases()[0]);

    private static TestCaseData Case(string set, object expected, string other = "") => new TestCaseData(set, expected, other).SetArgDisplayNames(set);

    private static UpdateRule Momentum(string op, bool usesStep) => Rule("momentum", op, ["v"], usesStep, ("momentum", 0.75f), ("weight_decay", 0.25f));

    private static UpdateRule Rule(string name, string op, string[] state, bool usesStep, params (string Name, float Value)[] attributes) =>
        new(name, op, state, usesStep, Attributes.Of([.. attributes.Select(a => (a.Name, (AttributeValue)a.Value))]));
}
