using Anneal.Trainer.Schedules;

namespace Anneal.Trainer.Loop;

/// <summary>Where a run stands, beside its tensors: all that a resume needs.</summary>
/// <remarks>A value: it changes in every step, and steps allocate nothing.</remarks>
public readonly record struct LoopState
{
    /// <summary>The start of a run.</summary>
    public LoopState()
    {
    }

    /// <summary>Epochs that are complete.</summary>
    public int Epoch { get; init; }

    /// <summary>Steps done in the epoch under way.</summary>
    public int StepInEpoch { get; init; }

    /// <summary>Steps done in all.</summary>
    public long Step { get; init; }

    /// <summary>Sum of the loss over the rows of the epoch under way, each times its weight.</summary>
    public double LossSum { get; init; }

    /// <summary>Sum of the weights of the rows of the epoch under way; their number where all are 1.</summary>
    public double MassSum { get; init; }

    /// <summary>Rows of the epoch under way that were classified rightly while training.</summary>
    public double CorrectSum { get; init; }

    /// <summary>Rows of the epoch under way.</summary>
    public long Rows { get; init; }

    /// <summary>The epoch with the best validation metric, from 1; 0 before the first.</summary>
    public int BestEpoch { get; init; }

    /// <summary>The best value of the validation metric.</summary>
    public double BestValue { get; init; }

    /// <summary>Where the phase's rule on a metric that stands still is.</summary>
    public Plateau Plateau { get; init; } = new();

    /// <summary>The records of the complete epochs.</summary>
    public IReadOnlyList<EpochRecord> History { get; init; } = [];
}
