namespace Anneal.Onnx.Profiles;

/// <summary>How a column of some rows differs from the training rows.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Psi">Σ (q - p)·ln(q / p) over the bins, p being the training rows' share and q these rows': the population stability index.</param>
/// <param name="PsiByChance">The index that rows of the same spread reach one time in a thousand.</param>
/// <param name="Ks">The largest difference of the shares up to an edge (Kolmogorov and Smirnov, at the edges); of categories half the sum of the differences.</param>
/// <param name="MeanShift">The difference of the means in standard deviations of the training rows; null of categories.</param>
/// <param name="Missing">The share of missing values less that of the training rows.</param>
/// <param name="Unseen">The share of values that the training rows do not have: below their smallest, above their largest, or a category of no bin where they have none such.</param>
public sealed record DriftMeasure(string Column, double Psi, double PsiByChance, double Ks, double? MeanShift, double Missing, double Unseen)
{
    /// <summary>The measures that can be limited, by name: <c>psi</c> beyond what chance gives, <c>ks</c>, <c>mean_shift</c> and <c>missing</c> by size, <c>unseen</c>.</summary>
    public static IReadOnlyDictionary<string, Func<DriftMeasure, double>> ByName { get; } = new SortedDictionary<string, Func<DriftMeasure, double>>(StringComparer.Ordinal)
    {
        ["psi"] = static d => d.Psi <= d.PsiByChance ? 0 : d.Psi,
        ["ks"] = static d => d.Ks,
        ["mean_shift"] = static d => Math.Abs(d.MeanShift ?? 0),
        ["missing"] = static d => Math.Abs(d.Missing),
        ["unseen"] = static d => d.Unseen,
    };
}
