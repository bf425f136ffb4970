using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record TrainOptions
{
    [Key("optimizer", "how a gradient changes the weights")]
    public OptimizerOptions Optimizer { get; init; } = new AdamOptions();

    [Key("schedule", "how the learning rate changes in time")]
    public ScheduleOptions Schedule { get; init; } = new ConstantOptions();

    [Key("batch", "rows in a batch; auto is found by trying, before training")]
    [Word("all")]
    [Word("auto", PhaseOptions.AutoBatch)]
    [Range(1, 1048576)]
    public int? Batch { get; init; } = 64;

    [Key("epochs", "passes over the training rows")]
    [Range(1, 1000000)]
    public int Epochs { get; init; } = 20;

    [Key("phases", "settings one after another, each with its own optimizer, schedule, batch and epochs in place of those above; none is one phase")]
    [Word("none")]
    public IReadOnlyList<PhaseOptions>? Phases { get; init; }

    [Key("accumulate", "batches whose mean gradient makes one step")]
    [Range(1, 65536)]
    public int Accumulate { get; init; } = 1;

    [Key("groups", "settings of parameters by name")]
    [Word("none")]
    public IReadOnlyList<ParameterGroupOptions>? Groups { get; init; }

    [Key("regularize", "what keeps weights small or answers smooth, beside dropout")]
    public RegularizeOptions Regularize { get; init; } = new();

    [Key("clip", "limits of the gradient")]
    public ClipOptions Clip { get; init; } = new();

    [Key("early_stopping", "ends training when a metric has stopped improving, and restores the best weights")]
    public EarlyStoppingOptions? EarlyStopping { get; init; }

    [Key("checkpoint", "what is kept on disk to resume and to average")]
    public CheckpointOptions Checkpoint { get; init; } = new();

    [Key("monitor", "looks into the model before training and after each epoch, for the report: gradients, update ratios, activations; changes no result", AffectsResult = false)]
    [Word("none")]
    public MonitorOptions? Monitor { get; init; } = new();

    [Key("log_every", "steps between two lines of the log", AffectsResult = false)]
    [Range(1, int.MaxValue)]
    public int LogEvery { get; init; } = 100;

    [Key("engine", "what runs the step: our own compiled plan, or ONNX Runtime")]
    public EngineKind Engine { get; init; } = EngineKind.Simd;

    [Key("device", "where the engine computes; auto is CUDA where the engine is ort and CUDA works", AffectsResult = false)]
    public DeviceKind Device { get; init; } = DeviceKind.Auto;

    [Key("allow_fallback", "whether nodes that CUDA has no kernel for may run on the CPU; otherwise they are an error", AffectsResult = false)]
    public bool AllowFallback { get; init; }

    [Key("capture", "whether CUDA replays the step as one captured graph; auto is where the step can be captured, off elsewhere", AffectsResult = false)]
    public CaptureKind Capture { get; init; } = CaptureKind.Auto;

    [Key("precision", "what products, convolutions and activations are computed in by the engine ort; weights, sums, losses and the optimizer stay float32")]
    public PrecisionKind Precision { get; init; } = PrecisionKind.Float32;

    [Key("loss_scale", "of fp16: what the loss is multiplied by before its gradient is taken; auto begins with the section's defaults")]
    [Word("auto")]
    public LossScaleOptions? LossScale { get; init; }

    [Key("threads", "threads of the engine; auto is one for each core", AffectsResult = false)]
    [Range(1, 1024)]
    [Word("auto")]
    public int? Threads { get; init; }

    /// <summary>The phases, one where none are listed.</summary>
    public IReadOnlyList<PhaseOptions> AllPhases() => Phases ?? [new PhaseOptions { Optimizer = Optimizer, Schedule = Schedule, Batch = Batch, Epochs = Epochs }];

    /// <summary>Epochs of all phases.</summary>
    public int AllEpochs() => AllPhases().Sum(p => p.Epochs);

    /// <summary>The path of a phase's settings.</summary>
    public string PathOf(int phase) => Phases is null ? "train" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"train.phases.{phase}");
}
