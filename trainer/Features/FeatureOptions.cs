namespace Anneal.Trainer.Features;

/// <summary>How raw inputs become the model's float input.</summary>
public sealed record FeatureOptions
{
    /// <summary>How number columns of a table are scaled.</summary>
    public NumberScaling Numbers { get; init; } = NumberScaling.Standardize;

    /// <summary>What fills a missing number of a table.</summary>
    public Imputation Impute { get; init; } = Imputation.Mean;

    /// <summary>How pixels and other arrays are scaled.</summary>
    public ArrayScaling Arrays { get; init; } = new();
}
