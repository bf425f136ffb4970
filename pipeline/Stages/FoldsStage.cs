using Anneal.Onnx;
using Anneal.Onnx.Metrics;
using Anneal.Pipeline.Runs;

namespace Anneal.Pipeline.Stages;

/// <summary>Holds the folds against each other: mean and deviation, what a final fit takes over, and the fold that is exported where there is none.</summary>
internal sealed class FoldsStage : IStage
{
    public string Name => "folds";

    public bool GivesMetrics => true;

    public IReadOnlyDictionary<string, string> Inputs(RunContext context) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["final"] = context.Config.KeyText("final"),
    };

    public bool IsThere(RunContext context) => context.Choice is not null;

    public string Run(RunContext context)
    {
        FoldRecord[] folds = [.. context.FoldsInOrder.Where(f => f.Error is null)];
        if (folds.Length == 0)
        {
            throw new AnnealException(ExitCode.GateFailed, "every fold failed", context.FoldsInOrder.First().Error);
        }

        context.Choice = Choose(folds, Targets.BestMetricOf(context.Options), context.Options.Average?.Winner);
        context.SetMetrics(context.Options.Final is null
            ? folds.First(f => f.Name == context.Choice.Best).Metrics
            : context.Statistics!.Mean.Where(p => p.Key == Part.Validation).ToDictionary());
        context.TrainSample = context.Options.Final is null ? context.Fit(StagePlan.FitOf(context.Choice.Best)).TrainSampleSize : null;
        string looks = context.Options is { Final: null, Ensemble: null } ? TestEvaluation.Run(context, context.Exported, context.Folds[context.Choice.Best].Errors) : "";
        int all = context.FoldsInOrder.Count();
        string failed = folds.Length < all ? FormattableString.Invariant($"{all - folds.Length} of {all} folds failed; ") : "";
        string then = context.Options.Final is not null ? "the final fit takes them over" : $"fold {context.Choice.Best} is the best{(context.Options.Ensemble is null ? " and is exported" : "")}";
        return FormattableString.Invariant($"{failed}validation {Describe(context.Statistics!)}; chosen: {context.Choice.Candidate} of {context.Choice.Epochs} epochs; {then}{looks}");
    }

    private static FoldChoice Choose(FoldRecord[] folds, string metric, string? winner)
    {
        FoldRecord best = folds[0];
        foreach (FoldRecord fold in folds.Skip(1))
        {
            best = AverageStage.IsBetter(metric, fold.Metrics[Part.Validation], best.Metrics[Part.Validation]) ? fold : best;
        }

        int chosen = 0;
        IReadOnlyDictionary<string, double>[] means = [.. folds[0].Candidates.Select((_, i) => MeanOf(folds, i))];
        for (int i = 1; i < means.Length; i++)
        {
            chosen = AverageStage.IsBetter(metric, means[i], means[chosen]) ? i : chosen;
        }

        chosen = winner is null ? chosen : folds[0].Candidates.ToList().FindIndex(c => c.Name == winner);
        double epochs = folds.Average(f => f.Candidates[chosen].Epochs);
        return new FoldChoice(folds[0].Candidates[chosen].Name, (int)Math.Round(epochs, MidpointRounding.AwayFromZero), best.Name);
    }

    private static Dictionary<string, double> MeanOf(FoldRecord[] folds, int candidate) =>
        folds[0].Candidates[candidate].Validation.Keys.ToDictionary(m => m, m => folds.Average(f => f.Candidates[candidate].Validation[m]), StringComparer.Ordinal);

    private static string Describe(FoldStatistics statistics)
    {
        IReadOnlyDictionary<string, double>? deviation = statistics.Deviation.GetValueOrDefault(Part.Validation);
        return string.Join(", ", statistics.Mean[Part.Validation].Where(m => MetricTable.IsHeadline(m.Key)).Select(m =>
            FormattableString.Invariant($"{m.Key} {m.Value:0.#####}") + (deviation is null ? "" : FormattableString.Invariant($" ± {deviation[m.Key]:0.#####}"))));
    }
}
