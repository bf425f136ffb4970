using System.Text.Json;
using System.Text.Json.Nodes;
using Anneal.Onnx;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Report.Html;
using Anneal.Pipeline.Report.Verdicts;
using Anneal.Pipeline.Runs;
using Anneal.Serving;
using Anneal.Serving.Validation;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Monitors;

namespace Anneal.Pipeline.Stages;

/// <summary>Judges the run and writes <c>report.html</c>.</summary>
internal sealed class ReportStage : IStage
{
    /// <summary>The stage's name.</summary>
    public const string StageName = "report";

    private const string FileName = "report.html";
    private static readonly Dictionary<string, double> s_none = new(StringComparer.Ordinal);
    private static readonly Dictionary<string, IReadOnlyDictionary<string, double>> s_noMetrics = new(StringComparer.Ordinal);

    public string Name => StageName;

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
        ReportData data = WithTraining(context, Begin(context, record, [.. StagePlan.Of(context.Config).Select(s => s.Stage)]), exported, failure: null);
        ValidationReport validation = ValidationReport.FromJson(File.ReadAllText(context.Folder.File("validation.json")));
        Write(context, record, data with
        {
            Status = validation.Passed ? "done" : "gate_failed",
            Gates = [.. validation.Gates.Select(g => new GateSummary(g.Name, g.Passed, g.Value, g.Limit) { Detail = g.Detail })],
            Variants = VariantsOf(context),
            Filters = exported.FiltersOf(exported.AveragedParameters)?.ToDataUri(),
            Answers = new AnswerReader(exported.JudgedPart, context.Data.AnswerNames, exported.Data.RawRows(exported.JudgedPart).Feeds).Read(exported.Judged.Answers),
        });
        string words = data.Verdicts.Count == 0 ? "nothing to object to" : string.Join(", ", data.Verdicts.Select(v => v.Name));
        return $"{context.Folder.File(FileName)}: {words}";
    }

    /// <summary>Writes the report of a run that a stage has ended: what there is until then, with a verdict where it is a training.</summary>
    /// <param name="context">The run.</param>
    /// <param name="record">Its record.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="training">The name of the training that failed; null where none did.</param>
    /// <param name="error">Why the stage failed.</param>
    public static void WriteFailed(RunContext context, RunRecord record, IStage stage, string? training, AnnealException error)
    {
        // What the stages from there on have left in the folder is of an earlier run.
        IStage[] before = [.. StagePlan.Of(context.Config).Select(s => s.Stage).TakeWhile(s => s.Name != stage.Name)];
        record = record with { Stages = record.Stages.Where(s => before.Any(b => b.Name == s.Key)).ToDictionary() };
        ReportData data = Begin(context, record, before) with { Error = error.Message };
        Write(context, record, training is null ? data : WithTraining(context, data, context.Fit(training), error.Message));
        context.Output.Line($"{StageName,-8} {context.Folder.File(FileName)} shows the run up to its failure");
    }

    private static ReportData Begin(RunContext context, RunRecord record, IReadOnlyList<IStage> stages) => new()
    {
        Pipeline = record.Pipeline,
        Run = record.Run,
        Status = record.Status,
        Created = record.Created.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture),
        Code = record.Code,
        Engine = record.Engine ?? "",
        Metrics = stages.Any(s => s.GivesMetrics) ? context.Metrics : s_noMetrics,
        Preflight = Json(context, "preflight.json"),
        DataReport = Json(context, "data.json"),
        Folds = FoldsOf(context, stages),
        Tournaments = [.. TournamentsOf(context, stages)],
        Ensemble = stages.Any(s => s is EnsembleStage) ? context.EnsembleRecord : null,
        Config = [.. context.Config.Rows.Select(r => new ReportData.Value(r.Path, r.Value, r.Origin.ToString(), r.Doc))],
        Environment = EnvironmentOf(context, record),
    };

    private static ReportData WithTraining(RunContext context, ReportData data, Fit fit, string? failure)
    {
        (IReadOnlyList<StepRecord> steps, IReadOnlyList<EpochRecord> epochs) = MetricsLog.Read(fit.File(MetricsLog.FileName));
        IReadOnlyList<MonitorRecord> monitors = MonitorLog.Read(fit.File(MonitorLog.FileName));
        var history = new RunHistory(steps, epochs, monitors, Chance.Of(fit.Graphs.Target, fit.TrainRows), fit.ValidationRows.Rows.Length) { Failure = failure };
        IReadOnlyList<Verdict> verdicts = Judgement.Of(history);
        foreach (Verdict verdict in verdicts.Where(v => v.Severity == Severity.Problem))
        {
            context.Warn($"{verdict.Name}: {verdict.Evidence}");
        }

        return data with
        {
            Verdicts = verdicts,
            Steps = [.. steps.Select(s => (double[])[s.Step, s.Loss, s.Rate])],
            Epochs = epochs,
            Monitors = monitors,
            Predictions = PredictionsReport.Of(monitors, fit.Graphs.Target.Task, fit.ValidationRows.Target, context.Data.AnswerNames),
        };
    }

    private static void Write(RunContext context, RunRecord record, ReportData data) => context.Folder.Write(FileName, ReportWriter.Write(data with
    {
        Warnings = [.. record.Warnings, .. context.Warnings.Except(record.Warnings)],
        Stages = [.. StagePlan.Of(context.Config).Select(s => s.Stage.Name).Where(record.Stages.ContainsKey).Select(s => new ReportData.Timing(s, record.Stages[s].Seconds, record.Stages[s].Note))],
    }));

    private static IReadOnlyList<VariantRecord> VariantsOf(RunContext context) =>
        context.Options.Export.Variants.Count > 0 ? VariantsStage.Read(context) ?? [] : [];

    private static IEnumerable<ReportData.Tournament> TournamentsOf(RunContext context, IReadOnlyList<IStage> stages)
    {
        IEnumerable<ReportData.Tournament> all =
        [
            .. FoldsOf(context.FoldsInOrder, stages).Select(f => new ReportData.Tournament($"fold {f.Name}", f.Candidates)),
            .. context.MembersInOrder.Where(m => stages.Any(s => s is TrainStage train && train.FitName == m.Name)).Select(m => new ReportData.Tournament(m.Name, m.Candidates)),
            .. context.Candidates.Count > 0 && stages.Any(s => s is AverageStage { GivesMetrics: true } or FoldsStage) ? [new(context.Exported.Name, context.Candidates)] : Array.Empty<ReportData.Tournament>(),
        ];
        return all.Where(t => t.Candidates.Count > 1);
    }

    private static IEnumerable<FoldRecord> FoldsOf(IEnumerable<FoldRecord> folds, IReadOnlyList<IStage> stages) => folds.Where(f => stages.Any(s => s is TrainStage && s.Fold == f.Name));

    private static FoldsReport? FoldsOf(RunContext context, IReadOnlyList<IStage> stages)
    {
        FoldsReport.Fold[] folds =
        [
            .. FoldsOf(context.FoldsInOrder, stages).Select(f => new FoldsReport.Fold(
                f.Name,
                f.Metrics.GetValueOrDefault(Part.Validation) ?? s_none,
                MetricsLog.Read(Path.Combine(context.Folder.File(StagePlan.FitOf(f.Name)), MetricsLog.FileName)).Epochs,
                f.Error)),
        ];
        return folds.Length == 0
            ? null
            : new FoldsReport(folds, context.Statistics?.Mean[Part.Validation] ?? s_none, context.Statistics?.Deviation.GetValueOrDefault(Part.Validation) ?? s_none);
    }

    private static ReportData.Fact[] EnvironmentOf(RunContext context, RunRecord record) =>
    [
        new("anneal", CodeVersion.Release),
        new(".NET", Environment.Version.ToString()),
        new("system", System.Runtime.InteropServices.RuntimeInformation.OSDescription),
        new("processor", Machine.CpuModel),
        new("instruction sets", string.Join(' ', Machine.CpuFeatures)),
        new("threads", context.Threads.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        new("ONNX Runtime", OrtInfo.Version),
        .. record.Batches.Select(b => new ReportData.Fact(b.Path, FormattableString.Invariant($"{b.Batch} rows, found among {string.Join(", ", b.Trials.Select(t => t.Batch))}; {b.Ended}"))),
        .. context.TrainSample is var (rows, all) ? (ReportData.Fact[])[new("train metrics", FormattableString.Invariant($"of {rows} rows drawn from {all}"))] : [],
        .. record.Placement is { } placement ? (ReportData.Fact[])[new("training step", Engines.Describe(placement))] : [],
        .. record.EvaluationPlacement is { } evaluation ? (ReportData.Fact[])[new("evaluation", Engines.Describe(evaluation))] : [],
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
            throw new AnnealException(ExitCode.Data, $"{path} is damaged: {error.Message}", "run again with --fresh", error);
        }
    }
}
