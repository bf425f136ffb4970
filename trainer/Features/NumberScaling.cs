namespace Anneal.Trainer.Features;

/// <summary>How number columns are scaled.</summary>
public enum NumberScaling
{
    /// <summary>(x - mean) / standard deviation.</summary>
    Standardize,

    /// <summary>(x - min) / (max - min).</summary>
    MinMax,

    /// <summary>Not at all.</summary>
    None,
}
