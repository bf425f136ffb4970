using Anneal.Pipeline.Config.Options;
using Anneal.Serving.Validation;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>Each gate limits something the task reports on rows there are.</summary>
internal sealed class CheckGates : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "data", "metrics", "validate"];

    public void Check(CheckContext context)
    {
        foreach (string metric in context.Options.Validate.Metric.Keys)
        {
            CheckMetric(context, $"validate.metric.{metric}", metric, Known(context, "train", "validation", "test"), isKey: true);
        }

        foreach ((int index, LatencyOptions latency) in context.Options.Validate.LatencyMs.Index())
        {
            if (latency is { P50: null, P99: null })
            {
                context.Error(FormattableString.Invariant($"validate.latency_ms.{index}"), "needs a limit: 'p50' or 'p99'");
            }
        }

        if (context.Options.Validate.SizeMb is { File: null, Memory: null })
        {
            context.Error("validate.size_mb", "needs a limit: 'file' or 'memory'");
        }

        CheckClasses(context);
        if (context.Options.Validate.BatchSizes.Count == 0)
        {
            context.Error("validate.batch_sizes", "needs at least one batch size");
        }
    }

    private static void CheckClasses(CheckContext context)
    {
        foreach (string figure in context.Options.Validate.PerClass.Keys)
        {
            string path = $"validate.per_class.{figure}";
            if (!PerClassGate.Metrics.Contains(figure))
            {
                context.KeyError(path, $"unknown figure of a class '{figure}'{Suggestion.For(figure, [.. PerClassGate.Metrics])}");
            }
            else if (context.Options.Task == TaskKind.Regression)
            {
                context.KeyError(path, "a regression has no classes");
            }
        }
    }

    internal static string[] Known(CheckContext context, params string[] parts) =>
        [.. parts.SelectMany(p => TaskMetrics.Of(context.Options).Select(m => $"{p}.{m}"))];

    internal static void CheckMetric(CheckContext context, string path, string metric, string[] known, bool isKey)
    {
        string part = metric[..(metric.IndexOf('.', StringComparison.Ordinal) + 1)];
        string[] names = [.. known.Where(k => k.StartsWith(part, StringComparison.Ordinal)).Select(k => k[part.Length..])];
        string suggestion = names.Length == 0 ? Suggestion.For(metric, known) : Suggestion.For(metric[part.Length..], names, part);
        string? problem = !known.Contains(metric) ? $"unknown metric '{metric}' for this task{suggestion}"
            : metric.StartsWith("validation.", StringComparison.Ordinal) && !context.HasValidationRows ? "there are no validation rows: 'data.split' holds none out"
            : metric.StartsWith("test.", StringComparison.Ordinal) && !context.HasTestRows ? "there are no test rows: 'data' has no 'test', and 'data.split' holds none out"
            : null;
        if (problem is not null && isKey)
        {
            context.KeyError(path, problem);
        }
        else if (problem is not null)
        {
            context.Error(path, problem);
        }
    }
}
