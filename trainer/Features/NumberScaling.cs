namespace Anneal.Trainer.Features;

/// <summary>How a number column is scaled. What it needs to know comes from the training rows; no value is ever clipped.</summary>
public enum NumberScaling
{
    /// <summary>(x - mean) / standard deviation.</summary>
    Standardize,

    /// <summary>(x - min) / (max - min): 0 to 1 on the training rows, beyond where other rows lie beyond.</summary>
    MinMax,

    /// <summary>(x - median) / (upper quartile - lower quartile); by the standard deviation where the quartiles are equal.</summary>
    Robust,

    /// <summary>sign(x) · ln(1 + |x|), then standardised.</summary>
    Log,

    /// <summary>Not at all.</summary>
    None,
}
