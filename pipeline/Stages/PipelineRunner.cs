using System.Diagnostics;
using Anneal.Onnx;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Checks;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Preflight;
using Anneal.Pipeline.Runs;
using Anneal.Serving.Validation;
using Anneal.Trainer.Diagnostics;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Stages;

/// <summary>Runs a pipeline stage by stage; a stage whose key is that of the run's record is not run again.</summary>
internal static class PipelineRunner
{
    /// <summary>The stages' names, in order; those of several trainings count as one, and <c>folds</c> is only where there are several.</summary>
    public static IReadOnlyList<string> StageNames { get; } = ["data", "preflight", "train", "swa", "average", "folds", "ensemble", "export", "validate", "variants", "report"];

    /// <summary>Runs a pipeline.</summary>
    /// <param name="request">What to run.</param>
    /// <param name="output">Where it tells what it does.</param>
    /// <param name="cancel">Asks it to save its state and stop.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="ConfigException">The configuration has errors.</exception>
    /// <exception cref="AnnealException">A stage failed.</exception>
    public static RunSummary Run(RunRequest request, IRunOutput output, CancellationToken cancel)
    {
        LoadedConfig config = Load(request);
        IReadOnlyList<StagePlan> stages = StagesOf(config, request.Until);
        config.BasePath = BasePipeline.Run(config, request, output, cancel);
        if (BatchSizes.IsAsked(config))
        {
            config = WithBatches(config, BatchSizes.Find(config, request, output, cancel), request);
            stages = StagesOf(config, request.Until);
        }

        IReadOnlyList<string> fileHashes = [.. Sources.Files(config).Select(StageKey.OfPath)];
        string path = request.OutFolder ?? RunPlace.FolderOf(config, request, fileHashes);
        using RunFolder folder = RunFolder.Open(path);
        if (request.Fresh)
        {
            folder.Clear();
        }

        using var context = new RunContext(config, fileHashes, folder, request, output, cancel);
        return Run(context, request, stages);
    }

    /// <summary>Goes on with an interrupted or killed run from its newest checkpoint.</summary>
    /// <param name="runFolder">The run's folder.</param>
    /// <param name="request">Settings that do not change the result: device, threads, the last stage.</param>
    /// <param name="output">Where it tells what it does.</param>
    /// <param name="cancel">Asks it to save its state and stop.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="AnnealException">The folder holds no run, or a stage failed.</exception>
    public static RunSummary Resume(string runFolder, RunRequest request, IRunOutput output, CancellationToken cancel)
    {
        RunRecord record = RunFolder.ReadRecord(runFolder)
            ?? throw AnnealException.BadUsage($"{runFolder}: there is no run here (no run.json)", "give the folder of a run, runs/<pipeline>/<id>");
        string configPath = Path.Combine(runFolder, "config.yaml");
        return Run(
            request with { ConfigPath = configPath, Pipeline = record.Pipeline, OutFolder = runFolder, DataFolder = record.Folder, BaseModel = record.BaseModel }, output, cancel);
    }

    /// <summary>Checks a pipeline without training: configuration, files, data, shapes, preflight. Nothing is written.</summary>
    /// <param name="request">What to check.</param>
    /// <param name="output">Where it tells what it does.</param>
    /// <param name="cancel">Asks it to stop after the check under way.</param>
    /// <returns>The data's summary, the number of parameters, and what preflight found.</returns>
    /// <exception cref="ConfigException">The configuration has errors.</exception>
    /// <exception cref="AnnealException">The data or a layer does not fit.</exception>
    public static (string Summary, PreflightReport Preflight) Check(RunRequest request, IRunOutput output, CancellationToken cancel)
    {
        LoadedConfig config = Load(request);
        LoadedData loaded = LoadedData.Load(config);
        PreparedData data = loaded.Prepare(loaded.Plan.Of(loaded.Plan.Folds[0].Name));
        foreach (string note in ImportedModels.Notes(config, data, loaded.AnswerNames))
        {
            output.Line($"import   {note}");
        }

        foreach (string warning in loaded.Warnings.Concat(data.Warnings))
        {
            output.Warn(warning);
        }

        TrainingGraphs graphs = ModelGraphs.First(config, data);
        string summary = FormattableString.Invariant($"{loaded.Summary}; {graphs.Parameters.Sum(p => (long)p.Initial.Length)} parameters");
        if (config.Options.Preflight is null)
        {
            return (summary, new PreflightReport([]));
        }

        using var subject = new PreflightSubject(config, loaded, data, ThreadsOf(request, config));
        return (summary, PreflightChecks.Run(subject, cancel));
    }

    /// <summary>Tries learning rates on the pipeline's first training, from very low to too high. Nothing is written.</summary>
    /// <param name="request">What to try.</param>
    /// <returns>The curve and a suggestion.</returns>
    /// <exception cref="ConfigException">The configuration has errors.</exception>
    /// <exception cref="AnnealException">The data does not fit, or the optimizer takes no rate.</exception>
    public static RateRange FindRate(RunRequest request)
    {
        LoadedConfig config = Load(request);
        LoadedData loaded = LoadedData.Load(config);
        PreparedData data = loaded.Prepare(loaded.Plan.Of(loaded.Plan.Folds[0].Name));
        using var subject = new PreflightSubject(config, loaded, data, ThreadsOf(request, config));
        TrainingGraphs graphs = ProbedSteps.OfTraining(subject);
        if (graphs.Optimizer is not UpdateRule)
        {
            throw AnnealException.BadUsage($"{graphs.Optimizer.Name} finds the length of its steps itself: there is no learning rate to try").In(config.OriginOf("train").ToString());
        }

        int batch = config.Options.Train.AllPhases()[0].Rows();
        using var training = new ShortTraining(graphs, subject.Runner, subject.TrainRows, batch, subject.Seed);
        return RateRange.Find(training);
    }

    private static int ThreadsOf(RunRequest request, LoadedConfig config) => request.Threads ?? config.Options.Train.Threads ?? Environment.ProcessorCount;

    /// <summary>Loads and checks the configuration that a request names.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The configuration; batches that are to be found are those of an earlier run where there was one.</returns>
    /// <exception cref="ConfigException">The configuration has errors.</exception>
    public static LoadedConfig Load(RunRequest request)
    {
        LoadedConfig config = LoadAsWritten(request);
        return BatchSizes.Known(config, request) is { Count: > 0 } known ? WithBatches(config, known, request) : config;
    }

    private static LoadedConfig WithBatches(LoadedConfig config, IReadOnlyList<BatchRecord> found, RunRequest request)
    {
        LoadedConfig changed = LoadAsWritten(request with { Sets = [.. request.Sets, .. BatchSizes.Sets(found)] });
        (changed.BasePath, changed.Batches) = (config.BasePath, found);
        return changed;
    }

    private static LoadedConfig LoadAsWritten(RunRequest request)
    {
        List<string> sets = [.. request.Sets];
        if (request.Engine is { } engine)
        {
            sets.Add($"train.engine={engine}");
        }

        if (request.Device is { } device)
        {
            sets.Add($"train.device={device}");
        }

        if (request.Capture is { } capture)
        {
            sets.Add($"train.capture={capture}");
        }

        LoadedConfig config = ConfigLoader.Load(
            request.ConfigPath,
            request.Pipeline,
            sets,
            [.. request.DataFolder is { } folder ? (string[])[folder] : [], .. DataFolders()],
            [new CheckModelShapes(), new CheckImport()]);
        config.BasePath = BasePipeline.KnownModel(config, request);
        return config;
    }

    // Where data files are looked for after the configuration's own folder.
    private static IEnumerable<string> DataFolders() =>
        Environment.GetEnvironmentVariable("ANNEAL_DATA")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];

    // Until a stage that several trainings have means until the last of them.
    private static IReadOnlyList<StagePlan> StagesOf(LoadedConfig config, string? until)
    {
        IReadOnlyList<StagePlan> all = StagePlan.Of(config);
        int last = until is null ? all.Count - 1 : all.ToList().FindLastIndex(s => s.Stage.Name.Split('/')[^1] == until);
        return last >= 0
            ? [.. all.Take(last + 1)]
            : throw AnnealException.BadUsage(
                until == "variants" ? "there is no stage 'variants': 'export.variants' names none"
                : StageNames.Contains(until) ? $"there is no stage '{until}': the pipeline has a single training" : $"there is no stage '{until}'",
                $"the stages are {string.Join(", ", all.Select(s => s.Stage.Name.Split('/')[^1]).Distinct())}");
    }

    private static RunSummary Run(RunContext context, RunRequest request, IReadOnlyList<StagePlan> stages)
    {
        // A device that cannot be used ends the run before any stage.
        string engine = context.Engine;
        RunRecord? earlier = context.Folder.Read();
        RunRecord record = new RunRecord
        {
            Pipeline = context.Config.Name,
            Run = Path.GetFileName(context.Folder.Path),
            Status = "running",
            Created = earlier?.Created ?? TimeProvider.System.GetUtcNow(),
            Folder = request.DataFolder ?? Path.GetDirectoryName(Path.GetFullPath(request.ConfigPath))!,
            Code = CodeVersion.Release,
            BaseModel = context.Config.BasePath,
            Engine = engine,
            Placement = earlier?.Placement,
            EvaluationPlacement = earlier?.EvaluationPlacement,
            Batches = context.Config.Batches is { Count: > 0 } found ? found : earlier?.Batches ?? [],
            Stages = earlier?.Stages ?? new Dictionary<string, StageRecord>(StringComparer.Ordinal),
            Metrics = earlier?.Metrics ?? new Dictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal),
            Seconds = earlier?.Seconds ?? 0,
            TrainingKeys = earlier?.TrainingKeys ?? new Dictionary<string, string>(StringComparer.Ordinal),
            Folds = earlier?.Folds ?? [],
            Mean = earlier?.Mean,
            Deviation = earlier?.Deviation,
            Candidates = earlier?.Candidates ?? [],
            Members = earlier?.Members ?? [],
            Ensemble = earlier?.Ensemble,
            Choice = earlier?.Choice,
            TestLooks = earlier?.TestLooks,
            TrainSample = earlier?.TrainSample,
            Model = earlier?.Model,
            Warnings = earlier?.Warnings ?? [],
        };
        context.TakeUp(record);
        context.Folder.Write("config.yaml", context.Config.Yaml);
        var summaries = new List<StageSummary>();
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        bool isAllCached = true;
        foreach ((IStage stage, IReadOnlyList<string> before) in stages)
        {
            if (stage.Fold is { } fold && stage is not TrainStage && context.Folds.GetValueOrDefault(fold)?.Error is not null)
            {
                keys[stage.Name] = "";
                summaries.Add(new StageSummary(stage.Name, "skipped", false, 0));
                continue;
            }

            IReadOnlyDictionary<string, string> inputs = stage.Inputs(context);
            Dictionary<string, string> parts = inputs.ToDictionary(i => i.Key, i => StageKey.Of(i.Value), StringComparer.Ordinal);
            parts["before"] = StageKey.Of([.. before.Select(b => keys[b])]);
            string key = StageKey.Of([stage.Name, .. parts.OrderBy(p => p.Key, StringComparer.Ordinal).SelectMany(p => (string[])[p.Key, p.Value])]);
            keys[stage.Name] = key;
            StageRecord? done = record.Stages.GetValueOrDefault(stage.Name);
            if (done?.Key == key && stage.IsThere(context))
            {
                context.Output.Line($"{stage.Name,-8} unchanged: {done.Note}");
                summaries.Add(new StageSummary(stage.Name, "done", true, done.Seconds));
                continue;
            }

            isAllCached = false;
            context.Output.Line($"{stage.Name,-8} runs: {Why(stage, done, parts)}");
            if (stage is ITraining training && record.TrainingKeys.GetValueOrDefault(stage.Name) != key)
            {
                training.Restart(context);
                record = record with { TrainingKeys = new SortedDictionary<string, string>(record.TrainingKeys.ToDictionary(), StringComparer.Ordinal) { [stage.Name] = key } };
            }

            context.Folder.Write(record);
            (record, StageSummary summary) = RunStage(context, stage, record, key, parts);
            summaries.Add(summary);
            if (summary.Status == "interrupted")
            {
                return Summary(context, record, summaries, ExitCode.Interrupted);
            }
        }

        if (!isAllCached)
        {
            context.Folder.Write(record with { Status = "done" });
        }

        RunSummary result = Summary(context, record, summaries, ExitCode.Done);
        if (result.ExitCode == ExitCode.GateFailed)
        {
            context.Folder.Write(record with { Status = "gate_failed" });
        }

        return result;
    }

    private static (RunRecord Record, StageSummary Summary) RunStage(
        RunContext context, IStage stage, RunRecord record, string key, IReadOnlyDictionary<string, string> parts)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            if (context.Cancel.IsCancellationRequested)
            {
                throw new OperationCanceledException("interrupted before it began");
            }

            string note = stage.Run(context);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            context.Output.Line(FormattableString.Invariant($"{stage.Name,-8} done in {seconds:0.00} s: {note}"));
            record = context.Noted(record.With(stage.Name, new StageRecord(key, seconds, note, parts)) with { Seconds = record.Seconds + seconds });
            context.Folder.Write(record);
            return (record, new StageSummary(stage.Name, "done", false, seconds));
        }
        catch (OperationCanceledException interrupted)
        {
            context.Output.Line($"{stage.Name,-8} {interrupted.Message}");
            context.Folder.Write(record with { Status = "interrupted" });
            return (record, new StageSummary(stage.Name, "interrupted", false, Stopwatch.GetElapsedTime(start).TotalSeconds));
        }
        catch (AnnealException error) when (stage.Fold is not null && error.Code == ExitCode.GateFailed)
        {
            context.Fail(stage.Fold!, error);
            record = context.Noted(record);
            context.Folder.Write(record);
            return (record, new StageSummary(stage.Name, "failed", false, Stopwatch.GetElapsedTime(start).TotalSeconds));
        }
        catch (Exception error)
        {
            record = record with { Status = "failed", Error = error.Message };
            context.Folder.Write(record);
            if (error is AnnealException { Code: ExitCode.GateFailed } failure)
            {
                ReportFailure(context, stage, record, failure);
            }

            throw;
        }
    }

    // The report of the whole run, if there was one, is no longer there.
    private static void ReportFailure(RunContext context, IStage stage, RunRecord record, AnnealException failure)
    {
        try
        {
            string? fit = stage switch
            {
                TrainStage train => train.FitName,
                FoldsStage => context.FoldsInOrder.Where(f => f.Error is not null).Select(f => StagePlan.FitOf(f.Name)).FirstOrDefault(),
                _ => null,
            };
            ReportStage.WriteFailed(context, record, stage, fit, failure);
            context.Folder.Write(context.Noted(record with { Stages = record.Stages.Where(s => s.Key != ReportStage.StageName).ToDictionary() }));
        }
        catch (Exception error) when (error is AnnealException or IOException)
        {
            context.Output.Warn($"the failed run's report could not be written: {error.Message}");
        }
    }

    private static string Why(IStage stage, StageRecord? done, Dictionary<string, string> parts)
    {
        if (done is null)
        {
            return "not done yet";
        }

        string[] changed = [.. parts.Where(p => done.Parts.GetValueOrDefault(p.Key) != p.Value).Select(p => p.Key == "before" ? "the stage before" : $"its {p.Key}")];
        return changed.Length == 0 ? $"a file of {stage.Name} is missing" : $"{string.Join(" and ", changed)} changed";
    }

    private static RunSummary Summary(RunContext context, RunRecord record, List<StageSummary> stages, ExitCode code)
    {
        ValidationSummary? validation = stages.Exists(s => s.Name == "validate" && s.Status == "done") ? ReadValidation(context) : null;
        foreach (GateSummary gate in validation?.Gates.Where(g => !g.Passed) ?? [])
        {
            context.Output.Warn(FormattableString.Invariant($"gate {gate.Name} failed: {gate.Detail}"));
        }

        ExitCode exit = code == ExitCode.Done && validation is { Passed: false } ? ExitCode.GateFailed : code;
        string status = exit switch
        {
            ExitCode.Interrupted => "interrupted",
            ExitCode.GateFailed => "gate_failed",
            _ => "done",
        };
        bool isFolds = StagePlan.HasFolds(context.Config);
        return new RunSummary(record.Pipeline, context.Folder.Path, status, stages, record.Metrics, validation, record.Model)
        {
            ExitCode = exit,
            Folds = isFolds ? [.. record.Folds.Select(f => new FoldSummary(f.Name, f.Metrics) { Error = f.Error })] : null,
            Mean = record.Mean,
            Deviation = record.Deviation is { Count: > 0 } ? record.Deviation : null,
            Exported = isFolds && context.Choice is not null && record.Model is not null && context.Options.Ensemble is null ? context.Exported.Name : null,
            TestLooks = record.TestLooks,
            TrainSample = record.TrainSample,
            Candidates = record.Candidates.Count > 1 ? record.Candidates : null,
            Ensemble = record.Ensemble,
        };
    }

    private static ValidationSummary ReadValidation(RunContext context)
    {
        ValidationReport report = ValidationReport.FromJson(File.ReadAllText(context.Folder.File("validation.json")));
        return new ValidationSummary(
            report.Passed,
            report.MaxAbsDiff,
            report.DecisionFlips,
            [.. report.Gates.Select(g => new GateSummary(g.Name, g.Passed, g.Value, g.Limit) { Detail = g.Detail })]);
    }
}
