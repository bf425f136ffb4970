using System.Text.Json;
using System.Text.Json.Nodes;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Report.Html;
using Anneal.Pipeline.Report.Verdicts;
using Anneal.Pipeline.Runs;
using Anneal.Serving;
using Anneal.Serving.Validation;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Losses;
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
        ["variants"] = HashOf(context, VariantsStage.FileName),
    };

    public bool IsThere(RunContext context) => File.Exists(context.Folder.File(FileName));

    public string Run(RunContext context)
    {
        RunRecord record = context.Folder.Read()!;
        Fit exported = context.Exported;
        (IReadOnlyList<StepRecord> steps, IReadOnlyList<EpochRecord> epochs) = MetricsLog.Read(exported.File(MetricsLog.FileName));
        IReadOnlyList<MonitorRecord> monitors = MonitorLog.Read(exported.File(MonitorLog.FileName));
        var history = new RunHistory(steps, epochs, monitors, ChanceOf(exported), exported.ValidationRows.Rows.Length);
        IReadOnlyList<Verdict> verdicts = Judgement.Of(history);
        foreach (Verdict verdict in verdicts.Where(v => v.Severity == Severity.Problem))
        {
            context.Warn($"{verdict.Name}: {verdict.Evidence}");
        }

        ValidationReport validation = ValidationReport.FromJson(File.ReadAllText(context.Folder.File("validation.json")));
        IReadOnlyDictionary<string, Tensor> parameters = exported.AveragedParameters;
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
            Variants = VariantsOf(context),
            Warnings = [.. record.Warnings, .. context.Warnings.Except(record.Warnings)],
            Verdicts = verdicts,
            Preflight = Json(context, "preflight.json"),
            DataReport = Json(context, "data.json"),
            Folds = FoldsOf(context),
            Steps = [.. steps.Select(s => (double[])[s.Step, s.Loss, s.Rate])],
            Epochs = epochs,
            Monitors = monitors,
            Filters = exported.FiltersOf(parameters)?.ToDataUri(),
            Answers = AnswersOf(context, exported, parameters),
            Config = [.. context.Config.Rows.Select(r => new ReportData.Value(r.Path, r.Value, r.Origin.ToString(), r.Doc))],
            Environment = EnvironmentOf(context),
            Stages = [.. StagePlan.Of(context.Config).Select(s => s.Stage.Name).Where(record.Stages.ContainsKey).Select(s => new ReportData.Timing(s, record.Stages[s].Seconds, record.Stages[s].Note))],
        }));
        string words = verdicts.Count == 0 ? "nothing to object to" : string.Join(", ", verdicts.Select(v => v.Name));
        return $"{context.Folder.File(FileName)}: {words}";
    }

    // What the best answer that looks at no input gives on the training rows: the classes' shares, or the mean of the standardised target.
    private static Chance ChanceOf(Fit fit)
    {
        TargetSpec target = fit.Graphs.Target;
        if (target.Task is not (LearningTask.Classification or LearningTask.Binary))
        {
            return new Chance(target is { Task: LearningTask.Regression, Loss: SquaredError } ? 1 : target.Loss.AtChance(target), null);
        }

        double[] counts = new double[Math.Max(2, target.Outputs)];
        foreach (int row in fit.TrainRows.Rows)
        {
            counts[fit.TrainRows.Target.Span<long>()[row]]++;
        }

        double[] shares = [.. counts.Select(c => c / fit.TrainRows.Rows.Length)];
        bool isEntropy = target is { Loss.IsLogLoss: true, ClassWeights: null, IsWeighted: false };
        return new Chance(isEntropy ? -shares.Where(s => s > 0).Sum(s => s * Math.Log(s)) : target.Loss.AtChance(target), shares.Max());
    }

    private static IReadOnlyList<VariantRecord> VariantsOf(RunContext context) =>
        context.Options.Export.Variants.Count > 0 ? VariantsStage.Read(context) ?? [] : [];

    private static AnswerReport? AnswersOf(RunContext context, Fit exported, IReadOnlyDictionary<string, Tensor> parameters)
    {
        string part = context.Data.TestRows.Length > 0 ? Part.Test : exported.Data.Split.Validation.Length > 0 ? Part.Validation : Part.Train;
        return new AnswerReader(part, context.Data.AnswerNames, exported.Data.RawRows(part).Feeds).Read(exported.Evaluate(exported.Rows(part), parameters).Answers);
    }

    private static FoldsReport? FoldsOf(RunContext context) => context.Statistics is not { } statistics || !context.FoldsInOrder.Any()
        ? null
        : new FoldsReport(
            [.. context.FoldsInOrder.Where(f => f.Error is null).Select(f => new FoldsReport.Fold(f.Name, f.Metrics[Part.Validation]))],
            statistics.Mean[Part.Validation],
            statistics.Deviation.GetValueOrDefault(Part.Validation) ?? new Dictionary<string, double>(StringComparer.Ordinal));

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
