using System.Globalization;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>Nothing of what is learnt holds on other rows: the labels do not belong to the inputs.</summary>
internal sealed class LabelProblem : IVerdict
{
    private const double Errors = 3;
    private const string R2 = "r2";

    public Verdict? Judge(RunHistory run)
    {
        if (run.Epochs.Count == 0 || run.IsWild || run.IsIdle || run.ValidationRows == 0)
        {
            return null;
        }

        // The best of many epochs is further out than that of one.
        double errors = Math.Sqrt((Errors * Errors) + (2 * Math.Log(run.Epochs.Count)));
        (string metric, string guess, double chance, double margin) = run.Chance.Accuracy is { } share
            ? (Metrics.Accuracy, "always answering the most frequent class", share, errors * Math.Sqrt(share * (1 - share) / run.ValidationRows))
            : (R2, "always answering the mean", 0, errors * errors / run.ValidationRows);
        double best = run.Epochs.Max(e => e.Validation.GetValueOrDefault(metric, double.PositiveInfinity));
        return best > chance + margin || double.IsNaN(best)
            ? null
            : new Verdict(
                "label problem",
                Severity.Problem,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the best validation {metric} of all epochs is {best:0.####}; {guess} gives {chance:0.####}, and what chance can add to it ends at {chance + margin:0.####}"),
                "see whether inputs and labels are in the same order: look at some rows with their labels",
                metric);
    }
}
