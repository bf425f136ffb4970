namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>All verdicts on a run.</summary>
internal static class Judgement
{
    private static readonly IVerdict[] s_verdicts =
    [
        new Diverged(),
        new RateTooHigh(),
        new RateTooLow(),
        new LabelProblem(),
        new FlatLoss(),
        new DeadUnits(),
        new SaturatedUnits(),
        SignalFlow.Vanishing,
        SignalFlow.Exploding,
        new Overfitting(),
        new Underfitting(),
        new NoisyBatch(),
    ];

    /// <summary>Judges a run.</summary>
    /// <param name="run">What was recorded.</param>
    /// <returns>The verdicts, in the order of the rules.</returns>
    public static IReadOnlyList<Verdict> Of(RunHistory run) => run.Epochs.Count == 0 && run.Failure is null ? [] : [.. s_verdicts.Select(v => v.Judge(run)).OfType<Verdict>()];
}
