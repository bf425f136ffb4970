namespace Anneal.Trainer.Data.Splits;

/// <summary>One random split by the seed.</summary>
/// <param name="Validation">The fraction of all rows to validate on.</param>
/// <param name="Stratify">Whether each part keeps the share of every class.</param>
public sealed record HoldoutSplit(double Validation, bool Stratify) : RowSplit
{
    /// <inheritdoc/>
    public override SplitPlan Of(SplitInput input)
    {
        SplitRows rows = Split.Holdout(input.Rows, Validation, Test, Stratify ? input.Classes : [], input.Seed, input.ClassNames);
        return new SplitPlan([new Fold(Single, rows.Train, rows.Validation)], rows.Test);
    }
}
