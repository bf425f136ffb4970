using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>Epochs that share their settings.</summary>
internal sealed record PhaseOptions
{
    /// <summary>The batch that is still to be found.</summary>
    public const int AutoBatch = 0;

    private const int UsualBatch = 64;

    [Key("optimizer", "how a gradient changes the weights; its state begins anew in each phase")]
    public OptimizerOptions Optimizer { get; init; } = new AdamOptions();

    [Key("schedule", "how the learning rate changes in time, from the phase's begin")]
    public ScheduleOptions Schedule { get; init; } = new ConstantOptions();

    [Key("batch", "rows in a batch; auto is found by trying, before training")]
    [Word("all")]
    [Word("auto", AutoBatch)]
    [Range(1, 1048576)]
    public int? Batch { get; init; } = 64;

    /// <summary>Rows of a batch: of one that is still to be found, what looks before a run take.</summary>
    public int Rows() => Batch switch
    {
        null => int.MaxValue,
        AutoBatch => UsualBatch,
        { } batch => batch,
    };

    [Key("epochs", "passes over the training rows")]
    [Range(1, 1000000)]
    public required int Epochs { get; init; }

    [Key("freeze", "parameters that keep their values from this phase on, as patterns of their names")]
    public IReadOnlyList<string> Freeze { get; init; } = [];

    [Key("unfreeze", "parameters that change from this phase on, whatever froze them before")]
    public IReadOnlyList<string> Unfreeze { get; init; } = [];
}
