using System.Text.Json;
using System.Text.Json.Nodes;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Report.Html;
using Anneal.Pipeline.Report.Verdicts;
using Anneal.Pipeline.Runs;
using Anneal.Serving;
using Anneal.Serving.Validation;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;
using Anneal.Trainer.Monitors;

namespace Anneal.Pipeline.Stages;

/// <summary>Judges the run and writes <c>report.html</c>.</summary>
internal sealed class ReportStage : IStage
{
    private const string FileName = "report.html";

    public string Name => "report";

    public IReadOnlyDictionary<string, string> Inputs(RunContext context) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["options"] = context.Config.KeyText(),
        ["release"] = CodeVersion.Release,
        ["validation"] = HashOf(context, "validation.json"),
    };

    public bool IsThere(RunContext context) => File.Exists(context.Folder.File(FileName));

    public string Run(RunContext context)
    {
        RunRecord record = context.Folder.Read()!;
        (IReadOnlyList<StepRecord> steps, IReadOnlyList<EpochRecord> epochs) = MetricsLog.Read(context.Folder.File(MetricsLog.FileName));
        IReadOnlyList<MonitorRecord> monitors = MonitorLog.Read(context.Folder.File(MonitorLog.FileName));
        var history = new RunHistory(steps, epochs, monitors, ChanceOf(context), context.ValidationRows.Rows.Length);
        IReadOnlyList<Verdict> verdicts = Judgement.Of(history);
        foreach (Verdict verdict in verdicts.Where(v => v.Severity == Severity.Problem))
        {
            context.Warn($"{verdict.Name}: {verdict.Evidence}");
        }

        ValidationReport validation = ValidationReport.FromJson(File.ReadAllText(context.Folder.File("validation.json")));
        IReadOnlyDictionary<string, Tensor> parameters = context.AveragedParameters;
        context.Folder.Write(FileName, ReportWriter.Write(new ReportData
        {
            Pipeline = record.Pipeline,
            Run = record.Run,
            Status = validation.Passed ? "done" : "gate_failed",
            Created = record.Created.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture),
            Code = record.Code,
            Engine = record.Engine ?? "",
            Metrics = context.Metrics,
            Gates = [.. validation.Gates.Select(g => new GateSummary(g.Name, g.Passed, g.Value, g.Limit) { Detail = g.Detail })],
            Warnings = [.. record.Warnings, .. context.Warnings.Except(record.Warnings)],
            Verdicts = verdicts,
            Preflight = Json(context, "preflight.json"),
            DataReport = Json(context, "data.json"),
            Folds = Json(context, "folds.json"),
            Steps = [.. steps.Select(s => (double[])[s.Step, s.Loss, s.Rate])],
            Epochs = epochs,
            Monitors = monitors,
            Filters = context.FiltersOf(parameters)?.ToDataUri(),
            Answers = AnswersOf(context, parameters),
            Config = [.. context.Config.Rows.Select(r => new ReportData.Value(r.Path, r.Value, r.Origin.ToString(), r.Doc))],
            Environment = EnvironmentOf(context),
            Stages = [.. PipelineRunner.StageNames.Where(record.Stages.ContainsKey).Select(s => new ReportData.Timing(s, record.Stages[s].Seconds, record.Stages[s].Note))],
        }));
        string words = verdicts.Count == 0 ? "nothing to object to" : string.Join(", ", verdicts.Select(v => v.Name));
        return $"{context.Folder.File(FileName)}: {words}";
    }

    /// <summary>What guessing gives on the training rows: the entropy of the classes, or the variance of the standardised target.</summary>
    private static Chance ChanceOf(RunContext context)
    {
        if (context.Data.Target.Task == LearningTask.Regression)
        {
            return new Chance(1, null);
        }

        double[] counts = new double[context.Data.Target.Classes];
        ReadOnlySpan<long> classes = context.TrainRows.Target.Span<long>();
        foreach (int row in context.TrainRows.Rows)
        {
            counts[classes[row]]++;
        }

        double[] shares = [.. counts.Select(c => c / context.TrainRows.Rows.Length)];
        return new Chance(-shares.Where(s => s > 0).Sum(s => s * Math.Log(s)), shares.Max());
    }

    private static AnswerReport? AnswersOf(RunContext context, IReadOnlyDictionary<string, Tensor> parameters)
    {
        bool test = context.TestRows.Rows.Length > 0;
        if (!test && context.ValidationRows.Rows.Length == 0)
        {
            return null;
        }

        (IReadOnlyDictionary<string, Tensor> inputs, Tensor truth) = context.Data.RawRows(test);
        return new AnswerReader(test ? "test" : "validation", truth, context.Data.ClassNames, inputs)
            .Read(context.Evaluate(test ? context.TestRows : context.ValidationRows, parameters).Outputs);
    }

    private static ReportData.Fact[] EnvironmentOf(RunContext context) =>
    [
        new("anneal", CodeVersion.Release),
        new(".NET", Environment.Version.ToString()),
        new("system", System.Runtime.InteropServices.RuntimeInformation.OSDescription),
        new("processor", Machine.CpuModel),
        new("instruction sets", string.Join(' ', Machine.CpuFeatures)),
        new("threads", context.Threads.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        new("ONNX Runtime", OrtInfo.Version),
    ];

    private static string HashOf(RunContext context, string name) => File.Exists(context.Folder.File(name)) ? StageKey.OfFile(context.Folder.File(name)) : "";

    private static JsonNode? Json(RunContext context, string name)
    {
        string path = context.Folder.File(name);
        try
        {
            return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) : null;
        }
        catch (JsonException error)
        {
            throw new Onnx.AnnealException(Onnx.ExitCode.Data, $"{path} is damaged: {error.Message}", "run again with --fresh", error);
        }
    }
}
