using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data.Augment;
using Anneal.Trainer.Schedules;

namespace Anneal.Trainer.Loop;

/// <summary>How long and how a model is trained.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Batch">Rows of a batch, at least 1, of which a step takes as many as it accumulates; the last of an epoch may have fewer. More than there are: all of them.</param>
/// <param name="Epochs">Passes over the training rows, at least 1.</param>
/// <param name="Schedule">The learning rate.</param>
/// <param name="EarlyStopping">When to stop before the last epoch; null for never.</param>
/// <param name="CheckpointEvery">Epochs between two checkpoints, at least 1; the last epoch and the best are always saved.</param>
/// <param name="KeepCheckpoints">How many of the newest epoch checkpoints are kept, beside the best.</param>
public sealed record LoopOptions(ulong Seed, int Batch, int Epochs, Schedule Schedule, EarlyStopping? EarlyStopping, int CheckpointEvery, int KeepCheckpoints)
{
    /// <summary>What is done to the rows of training batches, in order; the first input is then uint8 or float, [N, C, H, W], [N, H, W] or [N, F].</summary>
    public IReadOnlyList<Augmentation> Augment { get; init; } = [];

    /// <summary>How the rows of a training batch are mixed, in order; the step's target is then soft.</summary>
    public IReadOnlyList<BatchMix> Mix { get; init; } = [];

    /// <summary>How many of a row's elements, the first ones, are augmented, where rows are no images; null for all.</summary>
    public int? AugmentWidth { get; init; }

    /// <summary>The validation metric whose best epoch is kept where nothing stops the run early; null for the task's own.</summary>
    public string? BestMetric { get; init; }

    /// <summary>The epochs after which the parameters are kept for good, from 1.</summary>
    public IReadOnlyList<int> Snapshots { get; init; } = [];

    /// <summary>What follows these epochs, with the same rows and the parameters that they leave.</summary>
    public IReadOnlyList<Phase> Later { get; init; } = [];

    /// <summary>Optimizer state that the first phase begins with, by name, in the place of zeros: that of a training which this one goes on from.</summary>
    public IReadOnlyDictionary<string, Tensor> Begin { get; init; } = new Dictionary<string, Tensor>(StringComparer.Ordinal);

    /// <summary>Steps that training had done before: the first phase numbers its own from there.</summary>
    public long StepsBefore { get; init; }

    /// <summary>The same training, ended after a number of epochs and by nothing else.</summary>
    /// <param name="epochs">The epochs, at least 1 and at most as many as there are in all.</param>
    /// <returns>The settings; the schedules stay those of the whole training.</returns>
    public LoopOptions Until(int epochs)
    {
        var later = new List<Phase>();
        for (int left = epochs - Epochs; left > 0 && later.Count < Later.Count; left -= later[^1].Epochs)
        {
            Phase next = Later[later.Count];
            later.Add(next with { Epochs = Math.Min(next.Epochs, left) });
        }

        return this with { Epochs = Math.Min(Epochs, epochs), Later = later, EarlyStopping = null };
    }
}
