using System.Globalization;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>Training ends hardly better than guessing, on the training rows too.</summary>
internal sealed class Underfitting : IVerdict
{
    private const double NearChance = 0.85;

    public Verdict? Judge(RunHistory run) =>
        run.Chance.Loss is not { } chance || run.IsWild || run.IsIdle || double.IsNaN(run.LastTrainLoss) || run.LastTrainLoss < NearChance * chance
            ? null
            : new Verdict(
                "underfitting",
                Severity.Warning,
                string.Create(CultureInfo.InvariantCulture, $"the training loss ends at {run.LastTrainLoss:0.####}; guessing without the inputs gives {chance:0.####}"),
                "take a larger model, train longer, regularise less, and look at the inputs: do they tell the target?",
                "loss");
}
