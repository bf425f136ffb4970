using System.Globalization;
using Anneal.Onnx;
using Anneal.Pipeline.Runs;

namespace Anneal.Pipeline.Commands;

/// <summary>Prints how a run ended.</summary>
internal static class RunPrinter
{
    public static ExitCode Print(RunSummary summary, CommandOutput output)
    {
        foreach (FoldSummary fold in summary.Folds ?? [])
        {
            string text = fold.Error is { } error ? $"FAILED {error}" : TextOf(fold.Metrics["validation"], m => Number(m.Value));
            output.Text.WriteLine($"fold {fold.Name,-5} {text}");
        }

        if (summary.Mean?.GetValueOrDefault("validation") is { } mean)
        {
            IReadOnlyDictionary<string, double>? deviation = summary.Deviation?.GetValueOrDefault("validation");
            string text = TextOf(mean, m => deviation is null ? Number(m.Value) : $"{Number(m.Value)} ± {Number(deviation[m.Key])}");
            output.Text.WriteLine($"{"folds",-10} {text}");
        }

        foreach ((string part, IReadOnlyDictionary<string, double> metrics) in summary.Metrics)
        {
            output.Text.WriteLine($"{part,-10} {TextOf(metrics, m => Number(m.Value))}{NoteOf(part, summary)}");
        }

        foreach (GateSummary gate in summary.Validation?.Gates ?? [])
        {
            output.Text.WriteLine($"gate       {(gate.Passed ? "passed" : "FAILED")} {gate.Name}: {gate.Detail}");
        }

        if (summary.Exported is { } exported)
        {
            output.Text.WriteLine($"{"exported",-10} {exported}");
        }

        output.Text.WriteLine($"run        {summary.Run}");
        output.Text.WriteLine($"{summary.Status,-10} {summary.Model ?? "no model yet"}");
        output.Result(summary, RunSummaryJson.Default.RunSummary);
        return summary.ExitCode;
    }

    private static string TextOf(IReadOnlyDictionary<string, double> metrics, Func<KeyValuePair<string, double>, string> format) =>
        string.Join("  ", metrics.Select(m => $"{m.Key} {format(m)}"));

    private static string Number(double value) => value.ToString("0.0000##", CultureInfo.InvariantCulture);

    private static string NoteOf(string part, RunSummary summary) => (part, summary) switch
    {
        ("test", { TestLooks: { } looks }) => string.Create(CultureInfo.InvariantCulture, $"  (test looked at {looks} {(looks == 1 ? "time" : "times")})"),
        ("train", { TrainSample: var (rows, all) }) => string.Create(CultureInfo.InvariantCulture, $"  ({rows} of {all} rows)"),
        _ => "",
    };
}
