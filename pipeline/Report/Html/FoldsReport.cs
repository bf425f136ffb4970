namespace Anneal.Pipeline.Report.Html;

/// <summary>The folds against each other, on the rows that each held out.</summary>
/// <param name="Folds">The folds that did not fail.</param>
/// <param name="Mean">The mean of each metric.</param>
/// <param name="Deviation">Its sample standard deviation; empty for a single fold.</param>
internal sealed record FoldsReport(IReadOnlyList<FoldsReport.Fold> Folds, IReadOnlyDictionary<string, double> Mean, IReadOnlyDictionary<string, double> Deviation)
{
    /// <summary>A fold.</summary>
    internal sealed record Fold(string Name, IReadOnlyDictionary<string, double> Metrics);
}
