using Anneal.Serving;

namespace Anneal.Pipeline.Commands;

/// <summary>What <see cref="RowChecks"/> is asked.</summary>
/// <param name="Model">The file.</param>
/// <param name="Data">The rows.</param>
/// <param name="Against">Another file to compare with; null for none.</param>
/// <param name="Engines">One or two engines; empty for that of <paramref name="Ort"/>.</param>
/// <param name="Ort">Device and threads.</param>
internal sealed record RowChecksRequest(string Model, string Data, string? Against, string[] Engines, OrtOptions Ort)
{
    /// <summary>The largest difference; null for the default, which a comparison of two files lacks.</summary>
    public double? MaxAbs { get; init; }

    /// <summary>The most decisions that may differ; null for the default, which a comparison of two files lacks.</summary>
    public int? MaxFlips { get; init; }

    /// <summary>The most rows that may be answered with NaN or infinity.</summary>
    public int MaxNonFinite { get; init; }

    /// <summary>Limits of measures of drift by name.</summary>
    public IReadOnlyList<(string Name, double Limit)> Drift { get; init; } = [];

    /// <summary>Rows that are named.</summary>
    public int Shown { get; init; } = 20;

    /// <summary>Rows per run.</summary>
    public int Batch { get; init; } = 256;
}
