using Anneal.Trainer.Loop;
using Anneal.Trainer.Monitors;

namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>What a run recorded, as far as verdicts look at it.</summary>
/// <param name="Steps">The logged steps.</param>
/// <param name="Epochs">The epochs.</param>
/// <param name="Monitors">The looks into the model; the one of epoch 0 is before training.</param>
/// <param name="Chance">What guessing gives on the training rows.</param>
/// <param name="ValidationRows">Rows that the validation metrics are over.</param>
internal sealed record RunHistory(
    IReadOnlyList<StepRecord> Steps, IReadOnlyList<EpochRecord> Epochs, IReadOnlyList<MonitorRecord> Monitors, Chance Chance, int ValidationRows)
{
    // Beyond this the weights are thrown about rather than moved.
    private const double WildRatio = 0.05;
    private const double WildFirstRatio = 0.5;
    private const double IdleRatio = 1e-4;

    /// <summary>Why training ended before its time, in the error's words; null where it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>The mean training loss of the last epoch; NaN before the first is over.</summary>
    public double LastTrainLoss => Epochs.Count == 0 ? double.NaN : Epochs[^1].Train[Metrics.Loss];

    /// <summary>The validation losses, an epoch each; none where nothing is held out.</summary>
    public double[] ValidationLosses => [.. Epochs.Where(e => e.Validation.Count > 0).Select(e => e.Validation[Metrics.Loss])];

    /// <summary>The largest median ratio of update to weight after the first epoch; 0 without monitors.</summary>
    public double LargestRatio => Monitors.Where(m => m.Epoch > 0).Select(MedianRatio).DefaultIfEmpty(0).Max();

    /// <summary>Whether the updates are too large for the weights.</summary>
    public bool IsWild => LargestRatio > WildRatio || Monitors.Any(m => m.Epoch == 0 && MedianRatio(m) > (Failure is null ? WildFirstRatio : WildRatio));

    /// <summary>Whether the updates hardly move the weights.</summary>
    public bool IsIdle => Monitors.Any(m => m.Epoch > 0 && m.Parameters.Any(p => p.Update is not null)) && LargestRatio < IdleRatio;

    /// <summary>The median ratio of update to weight of a look, each tensor counting by its elements: biases begin at 0, so that theirs are large at any rate.</summary>
    public static double MedianRatio(MonitorRecord record)
    {
        (double Ratio, long Elements)[] ratios =
        [
            .. record.Parameters.Where(p => p.Weights.Norm > 0 && p.Ratio is not null).Select(p => (p.Ratio!.Value, p.Weights.Histogram.Counts.Sum())).OrderBy(p => p.Value),
        ];
        long left = ratios.Sum(r => r.Elements) / 2;
        return ratios.FirstOrDefault(r => (left -= r.Elements) < 0).Ratio;
    }
}
