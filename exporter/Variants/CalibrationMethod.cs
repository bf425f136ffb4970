namespace Anneal.Exporter.Variants;

/// <summary>How the range of a value follows from the elements seen.</summary>
public enum CalibrationMethod
{
    /// <summary>From the least to the largest.</summary>
    MinMax,

    /// <summary>The range about 0 that leaves a small share of the elements out on each side.</summary>
    Percentile,

    /// <summary>The range about 0 whose 256 steps keep the distribution best: least Kullback–Leibler divergence.</summary>
    Entropy,
}
