using System.Globalization;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>The updates are too large: the loss does not fall, or rises again.</summary>
internal sealed class RateTooHigh : IVerdict
{
    private const double NearChance = 0.7;
    private const double Rise = 1.5;

    public Verdict? Judge(RunHistory run)
    {
        double least = run.Epochs.Select(e => e.Train[Metrics.Loss]).DefaultIfEmpty(double.NaN).Min();
        bool isStuck = run.Chance.Loss is { } chance && run.LastTrainLoss > NearChance * chance;
        bool rises = run.LastTrainLoss > Rise * least;
        string end = run.Epochs.Count == 0 ? "is not finite in the first epoch" : FormattableString.Invariant($"ends at {run.LastTrainLoss:0.###}, its least was {least:0.###}");
        return !run.IsWild || !(isStuck || rises || run.Failure is not null)
            ? null
            : new Verdict(
                "learning rate too high",
                Severity.Problem,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a step moves the weights by up to {Math.Max(run.LargestRatio, run.Monitors.Max(RunHistory.MedianRatio)):0.0e+0} of their norm, where about 1e-3 is healthy; the training loss {end}"),
                "divide the rate by ten, or find it by 'anneal check --lr-find'",
                "ratios");
    }
}
