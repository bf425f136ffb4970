using System.Globalization;
using Anneal.Exporter;
using Anneal.Onnx;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Stages;

/// <summary>Makes the candidates for export and picks the best on the validation rows.</summary>
internal sealed class AverageStage : IStage
{
    private const string TrainedName = "trained";

    public string Name => "average";

    public IReadOnlyDictionary<string, string> Inputs(RunContext context) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["options"] = context.Config.KeyText("average"),
    };

    public bool IsThere(RunContext context) => File.Exists(context.Folder.File("averaged.onnx"));

    public string Run(RunContext context)
    {
        (string Name, IReadOnlyDictionary<string, Tensor> Parameters)[] candidates = [.. Candidates(context)];
        Evaluation?[] results = [.. candidates.Select(c => context.ValidationRows.Rows.Length > 0 ? context.Evaluate(context.ValidationRows, c.Parameters) : null)];
        string metric = context.Options.Metrics.Best?.Split('.')[^1] ?? context.Graphs.Target.BestMetric;
        int best = 0;
        for (int i = 1; i < candidates.Length; i++)
        {
            best = IsBetter(metric, results[i]?.Metrics, results[best]?.Metrics) ? i : best;
        }

        context.WriteAveraged(candidates[best].Parameters);
        if (results[best] is { } validation)
        {
            context.Metrics["validation"] = validation.Metrics;
        }

        context.Metrics["train"] = context.Evaluate(context.TrainRows, candidates[best].Parameters).Metrics;
        if (context.TestRows.Rows.Length > 0)
        {
            context.Metrics["test"] = context.Evaluate(context.TestRows, candidates[best].Parameters).Metrics;
        }

        return string.Join("; ", candidates.Select((c, i) => Describe(c.Name, results[i]?.Metrics, i == best && candidates.Length > 1)));
    }

    private static IEnumerable<(string Name, IReadOnlyDictionary<string, Tensor> Parameters)> Candidates(RunContext context)
    {
        if (context.Options.Average is not { Count: > 0 } wanted)
        {
            bool isBest = context.Options.Train.EarlyStopping is not null;
            yield return (TrainedName, Parameters(context, isBest ? context.Checkpoints.LoadBest() : Last(context)));
            yield break;
        }

        foreach (AverageOptions option in wanted)
        {
            yield return option switch
            {
                FinalOptions => ("final", Parameters(context, Last(context))),
                BestOptions => ("best", Parameters(context, context.Checkpoints.LoadBest())),
                LastKOptions lastK => (string.Create(CultureInfo.InvariantCulture, $"last_k {lastK.K}"), LastK(context, lastK.K)),
                _ => throw new NotSupportedException($"no candidate for {option.GetType().Name}"),
            };
        }
    }

    private static IReadOnlyDictionary<string, Tensor> LastK(RunContext context, int k)
    {
        long[] steps = [.. context.Checkpoints.Steps.TakeLast(k)];
        if (steps.Length < k)
        {
            context.Warn($"average.last_k: {k} checkpoints asked for, {steps.Length} are there: training stopped early");
        }

        return Averaging.Mean([.. steps.Select(s => Parameters(context, context.Checkpoints.Load(s)))]);
    }

    private static Checkpoint Last(RunContext context) => context.Checkpoints.Latest()
        ?? throw AnnealException.BadData($"{context.Folder.Path}: there is no checkpoint", "run again with --fresh");

    private static IReadOnlyDictionary<string, Tensor> Parameters(RunContext context, Checkpoint checkpoint) => context.Graphs.ParametersIn(checkpoint.Tensors);

    // The loss decides between equals.
    private static bool IsBetter(string metric, Metrics? candidate, Metrics? best)
    {
        if (candidate is null || best is null)
        {
            return false;
        }

        double gain = (candidate[metric] - best[metric]) * (Metrics.HigherIsBetter(metric) ? 1 : -1);
        return gain > 0 || (double.IsNaN(best[metric]) && !double.IsNaN(candidate[metric])) || (gain == 0 && candidate[Metrics.Loss] < best[Metrics.Loss]);
    }

    private static string Describe(string name, Metrics? metrics, bool isChosen)
    {
        string values = metrics is null ? "" : ": " + string.Join(", ", metrics.Where(m => MetricTable.IsHeadline(m.Key)).Select(m => FormattableString.Invariant($"{m.Key} {m.Value:0.#####}")));
        return $"{name}{values}{(isChosen ? " (chosen)" : "")}";
    }
}
