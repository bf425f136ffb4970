namespace Anneal.Trainer.Features;

/// <summary>What becomes of a number column.</summary>
public sealed record NumberFeature
{
    /// <summary>How it is scaled.</summary>
    public NumberScaling Scaling { get; init; } = NumberScaling.Standardize;

    /// <summary>What fills a missing number.</summary>
    public Imputation Impute { get; init; } = Imputation.Mean;

    /// <summary>The number that <see cref="Imputation.Constant"/> fills in, in the column's unit.</summary>
    public float Fill { get; init; }

    /// <summary>Whether a feature says, by 1, where a number is missing; made only where training rows miss some.</summary>
    public bool Indicator { get; init; }
}
