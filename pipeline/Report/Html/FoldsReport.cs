using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Report.Html;

/// <summary>The folds against each other, on the rows that each held out.</summary>
/// <param name="Folds">The folds.</param>
/// <param name="Mean">The mean of each metric over those that did not fail; empty where all did.</param>
/// <param name="Deviation">Its sample standard deviation; empty for a single fold.</param>
internal sealed record FoldsReport(IReadOnlyList<FoldsReport.Fold> Folds, IReadOnlyDictionary<string, double> Mean, IReadOnlyDictionary<string, double> Deviation)
{
    /// <summary>A fold: what it gave in the end, every epoch on the way there, and why it failed if it did.</summary>
    internal sealed record Fold(string Name, IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<EpochRecord> Epochs, string? Error);
}
