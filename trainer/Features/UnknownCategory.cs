namespace Anneal.Trainer.Features;

/// <summary>What becomes of a category that was not learnt, and of a missing one where no training row misses it.</summary>
public enum UnknownCategory
{
    /// <summary>Zeros in every feature of the column.</summary>
    Zeros,

    /// <summary>A category of its own, behind those that were learnt.</summary>
    Bucket,

    /// <summary>An error when the row is run.</summary>
    Error,
}
