using System.Globalization;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>Nothing of what is learnt holds on other rows: the labels do not belong to the inputs.</summary>
internal sealed class LabelProblem : IVerdict
{
    private const double Errors = 3;

    public Verdict? Judge(RunHistory run)
    {
        if (run.Chance.Accuracy is not { } chance || run.IsWild || run.IsIdle || run.ValidationRows == 0)
        {
            return null;
        }

        double best = run.Epochs.Max(e => e.Validation.GetValueOrDefault(Metrics.Accuracy));
        double limit = chance + (Errors * Math.Sqrt(chance * (1 - chance) / run.ValidationRows));
        return best > limit
            ? null
            : new Verdict(
                "label problem",
                Severity.Problem,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the best validation accuracy of all epochs is {best:0.####}; always answering the most frequent class gives {chance:0.####}, and what chance can add to it ends at {limit:0.####}"),
                "see whether inputs and labels are in the same order: look at some rows with their labels",
                "accuracy");
    }
}
