using System.Globalization;
using Anneal.Onnx.Metrics;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Runs;
using Anneal.Trainer.Loop;

namespace Anneal.Pipeline.Stages;

/// <summary>Makes a training's candidates for export and picks the best on the validation rows, or the named one; of the final fit, the one that the folds chose.</summary>
/// <param name="fit">The training's name.</param>
internal sealed class AverageStage(string fit) : IStage
{
    public string Name => StagePlan.NameOf(fit, "average");

    public string? Fold => StagePlan.FoldOf(fit);

    public bool GivesMetrics => Fold is null && StagePlan.SeedOf(fit) is null;

    public IReadOnlyDictionary<string, string> Inputs(RunContext context)
    {
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal) { ["options"] = context.Config.KeyText("average") };
        if (Candidates.Runs(context.Options) is { Count: > 0 } runs)
        {
            inputs["runs"] = string.Join('\n', runs.Select(r => Candidates.PathOf(context, r)).Select(p => File.Exists(p) ? StageKey.OfFile(p) : ""));
        }

        return inputs;
    }

    public bool IsThere(RunContext context) => File.Exists(context.Fit(fit).File("averaged.onnx"));

    public string Run(RunContext context)
    {
        Fit training = context.Fit(fit);
        Candidate[] candidates = [.. new Candidates(context, training).All()];
        Evaluation?[] results = [.. candidates.Select(c => training.ValidationRows.Rows.Length > 0 ? training.Evaluate(training.ValidationRows, c.Parameters) : null)];
        int best = Winner(context, candidates, results);
        CandidateRecord[] records = [.. candidates.Select((c, i) => new CandidateRecord(c.Name, c.Epochs, results[i]?.Metrics ?? []) { Chosen = i == best })];
        Print(context, records);
        training.WriteAveraged(candidates[best].Parameters);
        var metrics = new SortedDictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal)
        {
            [Part.Train] = training.Evaluate(training.TrainSample, candidates[best].Parameters).Metrics,
        };
        if (results[best] is { } validation)
        {
            metrics[Part.Validation] = validation.Metrics;
        }

        ErrorSample? errors = results[best] is { } evaluation ? ErrorSample.Of(evaluation) : null;
        var record = new FoldRecord(Fold ?? fit, metrics) { Candidates = records, Errors = errors };
        string looks = "";
        if (Fold is { } fold)
        {
            context.Folds[fold] = record;
        }
        else if (StagePlan.SeedOf(fit) is not null)
        {
            context.Members[fit] = record;
        }
        else
        {
            looks = Deploy(context, training, record);
        }

        return string.Join("; ", records.Select(r => Describe(r) + (r.Chosen && records.Length > 1 ? " (chosen)" : ""))) + looks;
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

    // An ensemble that follows is what is tested.
    private string Deploy(RunContext context, Fit training, FoldRecord record)
    {
        var metrics = new SortedDictionary<string, IReadOnlyDictionary<string, double>>(record.Metrics.ToDictionary(), StringComparer.Ordinal);
        ErrorSample? errors = record.Errors;
        if (fit == StagePlan.Final)
        {
            metrics[Part.Validation] = context.Statistics!.Mean[Part.Validation];
            errors = context.FoldErrors;
        }

        context.Candidates = record.Candidates;
        context.SetMetrics(metrics);
        context.TrainSample = training.TrainSampleSize;
        return context.Options.Ensemble is null || fit == StagePlan.Student ? TestEvaluation.Run(context, training, errors) : "";
    }

    private static int Winner(RunContext context, Candidate[] candidates, Evaluation?[] results)
    {
        if (candidates.Length > 1 && context.Options.Average?.Winner is { } named)
        {
            return Array.FindIndex(candidates, c => c.Name == named);
        }

        string metric = Targets.BestMetricOf(context.Options);
        int best = 0;
        for (int i = 1; i < candidates.Length; i++)
        {
            best = IsBetter(metric, results[i]?.Metrics, results[best]?.Metrics) ? i : best;
        }

        return best;
    }

    private void Print(RunContext context, CandidateRecord[] records)
    {
        if (records.Length < 2)
        {
            return;
        }

        string[] metrics = [.. records[0].Validation.Keys.Where(MetricTable.IsHeadline)];
        var table = new TextTable([StagePlan.InFit(fit, "candidate"), .. metrics.Select(m => $">{m}"), ""]);
        foreach (CandidateRecord record in records)
        {
            table.Add([record.Name, .. metrics.Select(m => record.Validation[m].ToString("0.000000", CultureInfo.InvariantCulture)), record.Chosen ? "chosen" : ""]);
        }

        foreach (string line in table.Lines)
        {
            context.Output.Line(line);
        }
    }

    private static string Describe(CandidateRecord candidate)
    {
        string values = string.Join(", ", candidate.Validation.Where(m => MetricTable.IsHeadline(m.Key)).Select(m => FormattableString.Invariant($"{m.Key} {m.Value:0.#####}")));
        return $"{candidate.Name}{(values.Length > 0 ? $": {values}" : "")}";
    }
}
