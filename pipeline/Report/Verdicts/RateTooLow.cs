using System.Globalization;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>The updates are too small to get anywhere.</summary>
internal sealed class RateTooLow : IVerdict
{
    private const double Learnt = 0.25;

    public Verdict? Judge(RunHistory run) => !run.IsIdle || (run.Chance.Loss is { } chance && run.LastTrainLoss < Learnt * chance)
        ? null
        : new Verdict(
            "learning rate too low",
            Severity.Problem,
            string.Create(
                CultureInfo.InvariantCulture,
                $"no step moves the weights by more than {run.LargestRatio:0.0e+0} of their norm, where about 1e-3 is healthy; the training loss ends at {run.LastTrainLoss:0.###}"),
            "multiply the rate by ten, or find it by 'anneal check --lr-find'",
            "ratios");
}
