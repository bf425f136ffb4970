using Anneal.Serving.BatchInference;

namespace Anneal.Serving.Comparing;

/// <summary>How models are compared.</summary>
public sealed record ComparisonOptions
{
    /// <summary>Rows per run.</summary>
    public int Batch { get; init; } = 256;

    /// <summary>Differences up to this are none.</summary>
    public double Tolerance { get; init; }

    /// <summary>Rows that are named.</summary>
    public int Shown { get; init; } = 20;

    /// <summary>Opens folders and zips of images; null where there is nobody to decode them.</summary>
    public ImageOpener? OpenImages { get; init; }
}
