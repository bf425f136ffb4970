using System.Reflection;
using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>One pipeline, from data to gates.</summary>
internal sealed record PipelineOptions
{
    private const double DefaultValidation = 0.1;

    [Key("task", "what is predicted; chooses the loss and the metrics")]
    public required TaskKind Task { get; init; }

    [Key("seed", "source of every random number of the run")]
    [Range(0, uint.MaxValue)]
    public long Seed { get; init; } = 42;

    [Key("data", "where the rows come from and how they are prepared")]
    public required DataOptions Data { get; init; }

    [Key("augment", "random changes of the training images, in order, drawn anew in every epoch; what is evaluated and exported is not changed")]
    [Word("none")]
    public IReadOnlyList<AugmentOptions>? Augment { get; init; }

    [Key("model", "the network, as layers or as an architecture by name")]
    public required ModelOptions Model { get; init; }

    [Key("loss", "what training makes small; auto is cross_entropy of classes, binary_cross_entropy of two classes and of labels, mse of numbers")]
    [Word("auto")]
    public LossOptions? Loss { get; init; }

    [Key("metrics", "the figures that are reported; which there are follows from the task")]
    public MetricsOptions Metrics { get; init; } = new();

    [Key("preflight", "what is checked before training; none leaves it out")]
    [Word("none")]
    public PreflightOptions? Preflight { get; init; } = new();

    [Key("train", "how the network is trained")]
    public TrainOptions Train { get; init; } = new();

    [Key("average", "weights that compete on the validation rows to be exported; none exports what training ended with")]
    [Word("none")]
    public AverageOptions? Average { get; init; }

    [Key("ensemble", "several models in one file, and what is made of their answers; none exports a single one")]
    [Word("none")]
    public EnsembleOptions? Ensemble { get; init; }

    [Key("final", "a last training of what the folds chose, on all rows but the test's, which is then what is tested and exported")]
    public FinalFitOptions? Final { get; init; }

    [Key("export", "the ONNX file")]
    public ExportOptions Export { get; init; } = new();

    [Key("validate", "what the exported file must hold in ONNX Runtime")]
    public ValidateOptions Validate { get; init; } = new();

    /// <summary>Fills the defaults that depend on another key; a pipeline without data stays as it is.</summary>
    /// <param name="isGiven">Whether a key's path was written.</param>
    public PipelineOptions WithDerivedDefaults(Func<string, bool> isGiven)
    {
        if (Data is not DataOptions data)
        {
            return this;
        }

        bool isTable = data.Train is CsvOptions;
        data = data with { Split = Derived(data.Split) };

        if (data.Train is ImagesOptions { Channels: null } images)
        {
            data = data with { Train = images with { Channels = ChannelsKind.Rgb } };
        }

        if (data is { Train: { } train, Test: { } test })
        {
            string kind = test.GetType().GetCustomAttribute<KeyAttribute>()!.Name;
            data = data with { Test = test.CompletedFrom(train, key => isGiven($"data.test.{kind}.{key}")) };
        }

        return this with
        {
            Loss = Loss ?? LossOptions.Of(Task),
            Data = data with
            {
                Features = data.Features ?? (isTable ? new FeaturesOptions() : null),
                Normalize = data.Normalize ?? (isTable ? null : new NormalizeOptions()),
            },
        };
    }

    private SplitOptions Derived(SplitOptions split)
    {
        bool hasClasses = Task is TaskKind.Classification or TaskKind.Binary;
        return split switch
        {
            HoldoutOptions { Stratify: null } o => o with { Stratify = hasClasses },
            KfoldOptions { Stratify: null } o => o with { Stratify = hasClasses },
            RepeatedKfoldOptions { Stratify: null } o => o with { Stratify = hasClasses },
            BootstrapOptions { Stratify: null } o => o with { Stratify = hasClasses },
            GroupOptions { K: null, Validation: null } o => o with { Validation = DefaultValidation },
            TimeOptions { Cut: null, Validation: null } o => o with { Validation = DefaultValidation },
            _ => split,
        };
    }
}
