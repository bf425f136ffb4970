using System.Text.Json;
using Anneal.Onnx;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Preflight;
using Anneal.Pipeline.Preflight.Data;

namespace Anneal.Pipeline.Stages;

/// <summary>Checks the first training before it begins; a check that fails ends the run.</summary>
internal sealed class PreflightStage : IStage
{
    private const string ReportFile = "preflight.json";
    private const string DataFile = "data.json";

    public string Name => "preflight";

    public IReadOnlyDictionary<string, string> Inputs(RunContext context) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["code"] = CodeVersion.Key,
        ["options"] = context.Config.KeyText("preflight", "model", "loss", "train", "export.threshold"),
    };

    public bool IsThere(RunContext context) => File.Exists(context.Folder.File(ReportFile)) && File.Exists(context.Folder.File(DataFile));

    public string Run(RunContext context)
    {
        using var subject = new PreflightSubject(context.Config, context.Data, context.Fit(StagePlan.Fits(context.Config)[0]).Data, context.Threads);
        context.Folder.Write(DataFile, JsonSerializer.Serialize(DataReports.Of(subject), PreflightJson.Default.DataReport) + "\n");
        PreflightReport report = PreflightChecks.Run(subject, context.Cancel);
        context.Folder.Write(ReportFile, JsonSerializer.Serialize(report, PreflightJson.Default.PreflightReport) + "\n");
        foreach (PreflightResult warning in report.Warnings)
        {
            context.Warn($"preflight {warning.Line}");
        }

        return report.Failed.ToArray() is [_, ..] failed
            ? throw new AnnealException(ExitCode.GateFailed, string.Join("; ", failed.Select(f => $"preflight failed at {f.Line}")))
            : report.Summary;
    }
}
