namespace Anneal.Pipeline.Runs;

/// <summary>Metrics over the folds, by part and name.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The sample standard deviation; empty for a single fold.</param>
internal sealed record FoldStatistics(
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Mean,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Deviation)
{
    /// <summary>The statistics of the folds that did not fail.</summary>
    /// <param name="folds">The folds' metrics.</param>
    public static FoldStatistics Of(IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>> folds) => new(
        ByMetric(folds, values => values.Average()),
        folds.Count > 1 ? ByMetric(folds, Deviate) : new Dictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal));

    private static double Deviate(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }

    private static SortedDictionary<string, IReadOnlyDictionary<string, double>> ByMetric(
        IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>> folds, Func<double[], double> statistic)
    {
        var parts = new SortedDictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal);
        foreach ((string part, IReadOnlyDictionary<string, double> first) in folds[0])
        {
            parts[part] = new SortedDictionary<string, double>(
                first.Keys.ToDictionary(m => m, m => statistic([.. folds.Select(f => f[part][m])])), StringComparer.Ordinal);
        }

        return parts;
    }
}
