using System.Globalization;
using Anneal.Exporter;
using Anneal.Onnx;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Runs;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Stages;

/// <summary>Makes a training's candidates for export and picks the best on the validation rows; of the final fit, the one that the folds chose.</summary>
/// <param name="fit">The training's name.</param>
internal sealed class AverageStage(string fit) : IStage
{
    private const string TrainedName = "trained";

    public string Name => StagePlan.NameOf(fit, "average");

    public string? Fold => StagePlan.FoldOf(fit);

    public IReadOnlyDictionary<string, string> Inputs(RunContext context) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["options"] = context.Config.KeyText("average"),
    };

    public bool IsThere(RunContext context) => File.Exists(context.Fit(fit).File("averaged.onnx"));

    public string Run(RunContext context)
    {
        Fit training = context.Fit(fit);
        Candidate[] candidates = [.. Candidates(context, training)];
        Evaluation?[] results = [.. candidates.Select(c => training.ValidationRows.Rows.Length > 0 ? training.Evaluate(training.ValidationRows, c.Parameters) : null)];
        string metric = Targets.BestMetricOf(context.Options);
        int best = 0;
        for (int i = 1; i < candidates.Length; i++)
        {
            best = IsBetter(metric, results[i]?.Metrics, results[best]?.Metrics) ? i : best;
        }

        training.WriteAveraged(candidates[best].Parameters);
        var metrics = new SortedDictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal)
        {
            [Part.Train] = training.Evaluate(training.TrainRows, candidates[best].Parameters).Metrics,
        };
        if (results[best] is { } validation)
        {
            metrics[Part.Validation] = validation.Metrics;
        }

        ErrorSample? errors = results[best] is { } evaluation ? ErrorSample.Of(evaluation) : null;
        string looks = "";
        if (Fold is { } fold)
        {
            context.Folds[fold] = new FoldRecord(fold, metrics)
            {
                Candidates = [.. candidates.Select((c, i) => new CandidateRecord(c.Name, c.Epochs, results[i]!.Metrics))],
                Errors = errors,
            };
        }
        else
        {
            if (fit == StagePlan.Final)
            {
                metrics[Part.Validation] = context.Statistics!.Mean[Part.Validation];
                errors = context.FoldErrors;
            }

            context.SetMetrics(metrics);
            looks = TestEvaluation.Run(context, training, errors);
        }

        return string.Join("; ", candidates.Select((c, i) => Describe(c.Name, results[i]?.Metrics, i == best && candidates.Length > 1))) + looks;
    }

    /// <summary>Whether a candidate is better than the best so far by a metric; the loss decides between equals.</summary>
    public static bool IsBetter(string metric, IReadOnlyDictionary<string, double>? candidate, IReadOnlyDictionary<string, double>? best)
    {
        if (candidate is null || best is null)
        {
            return false;
        }

        double gain = (candidate[metric] - best[metric]) * (Metrics.HigherIsBetter(metric) ? 1 : -1);
        return gain > 0 || (double.IsNaN(best[metric]) && !double.IsNaN(candidate[metric])) || (gain == 0 && candidate[Metrics.Loss] < best[Metrics.Loss]);
    }

    private static IEnumerable<Candidate> Candidates(RunContext context, Fit training)
    {
        IReadOnlyList<AverageOptions?> wanted = context.Options.Average is { Count: > 0 } given ? [.. given] : [null];
        bool isFinal = training.Name == StagePlan.Final;
        return wanted.Where(o => !isFinal || NameOf(o) == context.Choice!.Candidate).Select(o => CandidateOf(context, training, o));
    }

    private static string NameOf(AverageOptions? option) => option switch
    {
        null => TrainedName,
        FinalOptions => "final",
        BestOptions => "best",
        LastKOptions lastK => string.Create(CultureInfo.InvariantCulture, $"last_k {lastK.K}"),
        _ => throw new NotSupportedException($"no candidate for {option.GetType().Name}"),
    };

    // The final fit has no validation rows to be best on: it was trained for as many epochs as the folds' best.
    private static Candidate CandidateOf(RunContext context, Fit training, AverageOptions? option)
    {
        bool isBest = training.Name != StagePlan.Final && (option is BestOptions || (option is null && context.Options.Train.EarlyStopping is not null));
        Checkpoint checkpoint = isBest ? training.Checkpoints.LoadBest() : Last(training);
        return new Candidate(
            NameOf(option),
            checkpoint.State.Epoch,
            option is LastKOptions lastK ? LastK(context, training, lastK.K) : Parameters(training, checkpoint));
    }

    private static IReadOnlyDictionary<string, Tensor> LastK(RunContext context, Fit training, int k)
    {
        long[] steps = [.. training.Checkpoints.Steps.TakeLast(k)];
        if (steps.Length < k)
        {
            context.Warn(StagePlan.InFit(training.Name, $"average.last_k: {k} checkpoints asked for, {steps.Length} are there: training stopped early"));
        }

        return Averaging.Mean([.. steps.Select(s => Parameters(training, training.Checkpoints.Load(s)))]);
    }

    private static Checkpoint Last(Fit training) => training.Checkpoints.Latest()
        ?? throw AnnealException.BadData($"{training.File("")}: there is no checkpoint", "run again with --fresh");

    private static IReadOnlyDictionary<string, Tensor> Parameters(Fit training, Checkpoint checkpoint) => training.Graphs.ParametersIn(checkpoint.Tensors);

    private static string Describe(string name, Metrics? metrics, bool isChosen)
    {
        string values = metrics is null ? "" : ": " + string.Join(", ", metrics.Where(m => MetricTable.IsHeadline(m.Key)).Select(m => FormattableString.Invariant($"{m.Key} {m.Value:0.#####}")));
        return $"{name}{values}{(isChosen ? " (chosen)" : "")}";
    }

    private sealed record Candidate(string Name, int Epochs, IReadOnlyDictionary<string, Tensor> Parameters);
}
