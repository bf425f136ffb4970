using Anneal.Trainer.Data.Augment;
using Anneal.Trainer.Schedules;

namespace Anneal.Trainer.Loop;

/// <summary>How long and how a model is trained.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Batch">Rows per step, at least 1; the last batch of an epoch may have fewer.</param>
/// <param name="Epochs">Passes over the training rows, at least 1.</param>
/// <param name="Schedule">The learning rate.</param>
/// <param name="EarlyStopping">When to stop before the last epoch; null for never.</param>
/// <param name="CheckpointEvery">Epochs between two checkpoints, at least 1; the last epoch and the best are always saved.</param>
/// <param name="KeepCheckpoints">How many of the newest epoch checkpoints are kept, beside the best.</param>
public sealed record LoopOptions(ulong Seed, int Batch, int Epochs, Schedule Schedule, EarlyStopping? EarlyStopping, int CheckpointEvery, int KeepCheckpoints)
{
    /// <summary>What is done to the rows of training batches, in order; the first input is then uint8 or float, [N, C, H, W], [N, H, W] or [N, F].</summary>
    public IReadOnlyList<Augmentation> Augment { get; init; } = [];

    /// <summary>How many of a row's elements, the first ones, are augmented, where rows are no images; null for all.</summary>
    public int? AugmentWidth { get; init; }

    /// <summary>The validation metric whose best epoch is kept where nothing stops the run early; null for the task's own.</summary>
    public string? BestMetric { get; init; }
}
