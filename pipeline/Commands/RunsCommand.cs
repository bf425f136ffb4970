using System.CommandLine;
using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Metrics;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Runs;
using Anneal.Pipeline.Stages;

namespace Anneal.Pipeline.Commands;

internal sealed class RunsCommand : AnnealCommand
{
    private static readonly string[] s_parts = ["test", "validation", "train"];

    private readonly Argument<string?> _pipeline = new("PIPELINE") { Description = "Runs of this pipeline only.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _file = CommonOptions.File();

    public RunsCommand()
        : base("runs", "Lists the runs beside a pipelines file, the newest first.", "anneal runs mnist-mlp")
    {
        Add(_pipeline);
        Add(_file);
    }

    public override ExitCode Run(ParseResult arguments, CommandOutput output, CancellationToken cancel)
    {
        string root = RunPlace.RunsFolder(arguments.GetValue(_file)!);
        string? pipeline = arguments.GetValue(_pipeline);
        IEnumerable<string> folders = Directory.Exists(root)
            ? Directory.EnumerateDirectories(root).Where(d => pipeline is null || Path.GetFileName(d) == pipeline).SelectMany(Directory.EnumerateDirectories)
            : [];
        var rows = new List<RunsReport.RunRow>();
        foreach (string folder in folders)
        {
            try
            {
                if (RunFolder.ReadRecord(folder) is { } record)
                {
                    rows.Add(new RunsReport.RunRow(record.Pipeline, folder, record.Status, record.Created, record.Seconds, record.Metrics, record.Model));
                }
            }
            catch (AnnealException error)
            {
                output.Message($"warning: {error.Message}");
            }
        }

        RunsReport.RunRow[] sorted = [.. rows.OrderByDescending(r => r.Created).ThenBy(r => r.Run, StringComparer.Ordinal)];
        Write(sorted, root, output.Text);
        output.Result(new RunsReport(sorted), CommandJson.Default.RunsReport);
        return ExitCode.Done;
    }

    private static void Write(RunsReport.RunRow[] rows, string root, TextWriter output)
    {
        if (rows.Length == 0)
        {
            output.WriteLine($"no runs in {root}");
            return;
        }

        var table = new TextTable("PIPELINE", "RUN", "STATUS", "BEGUN (UTC)", ">SECONDS", "METRICS");
        foreach (RunsReport.RunRow row in rows)
        {
            table.Add(
                row.Pipeline,
                Path.GetFileName(row.Run),
                row.Status,
                row.Created.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                row.Seconds.ToString("F1", CultureInfo.InvariantCulture),
                MetricsOf(row));
        }

        table.Write(output);
    }

    private static string MetricsOf(RunsReport.RunRow row) => s_parts.FirstOrDefault(row.Metrics.ContainsKey) is { } part
        ? $"{part} {string.Join(' ', row.Metrics[part].Where(m => MetricTable.IsHeadline(m.Key)).Select(m => FormattableString.Invariant($"{m.Key} {m.Value:0.0000}")))}"
        : "";
}
