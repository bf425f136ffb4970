using System.Globalization;
using Anneal.Onnx;
using Anneal.Pipeline.Runs;

namespace Anneal.Pipeline.Commands;

/// <summary>Prints how a run ended.</summary>
internal static class RunPrinter
{
    public static ExitCode Print(RunSummary summary, CommandOutput output)
    {
        foreach ((string part, IReadOnlyDictionary<string, double> metrics) in summary.Metrics)
        {
            string values = string.Join("  ", metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key} {m.Value:0.0000##}")));
            output.Text.WriteLine($"{part,-10} {values}");
        }

        foreach (GateSummary gate in summary.Validation?.Gates ?? [])
        {
            output.Text.WriteLine($"gate       {(gate.Passed ? "passed" : "FAILED")} {gate.Name}: {gate.Detail}");
        }

        output.Text.WriteLine($"run        {summary.Run}");
        output.Text.WriteLine($"{summary.Status,-10} {summary.Model ?? "no model yet"}");
        output.Result(summary, RunSummaryJson.Default.RunSummary);
        return summary.ExitCode;
    }
}
