using System.Globalization;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>The validation loss rises while the training loss still falls.</summary>
internal sealed class Overfitting : IVerdict
{
    private const double Rise = 1.1;
    private const double Fall = 0.9;

    public Verdict? Judge(RunHistory run)
    {
        double[] validation = run.ValidationLosses;
        if (validation.Length < 3 || validation.Length != run.Epochs.Count)
        {
            return null;
        }

        int best = Array.IndexOf(validation, validation.Min());
        bool isOver = validation[^1] > Rise * validation[best] && run.LastTrainLoss < Fall * run.Epochs[best].Train[Metrics.Loss];
        return !isOver
            ? null
            : new Verdict(
                "overfitting",
                Severity.Warning,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the validation loss was least in epoch {best + 1} at {validation[best]:0.####} and ends at {validation[^1]:0.####}, while the training loss fell from {run.Epochs[best].Train[Metrics.Loss]:0.####} to {run.LastTrainLoss:0.####}"),
                "stop early, add dropout, weight decay or augmentation, take a smaller model or more rows",
                "loss");
    }
}
