using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Runs;
using Anneal.Serving;
using Anneal.Trainer.Execution;
using Anneal.Trainer.Models;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Stages;

/// <summary>What the stages of a run share; each part is made when a stage first asks for it, so that a cached run loads nothing.</summary>
internal sealed class RunContext : IDisposable
{
    private readonly Lazy<LoadedData> _data;
    private readonly Lazy<IGraphRunner> _runner;
    private Fit? _fit;

    /// <summary>Prepares a run.</summary>
    public RunContext(LoadedConfig config, IReadOnlyList<string> fileHashes, RunFolder folder, RunRequest request, IRunOutput output, CancellationToken cancel)
    {
        Config = config;
        FileHashes = fileHashes;
        Folder = folder;
        Output = output;
        Cancel = cancel;
        Threads = request.Threads ?? config.Options.Train.Threads ?? Environment.ProcessorCount;
        LooksFolder = Path.Combine(request.DataFolder ?? Path.GetDirectoryName(Path.GetFullPath(request.ConfigPath))!, "runs", config.Name);
        _data = new Lazy<LoadedData>(() => LoadedData.Load(config));
        _runner = new Lazy<IGraphRunner>(() => RunnerOf(config.Options.Train.Engine, request.Device));
    }

    public LoadedConfig Config { get; }

    /// <summary>The hash of each data file, in the order of <see cref="Sources.Files"/>.</summary>
    public IReadOnlyList<string> FileHashes { get; }

    public PipelineOptions Options => Config.Options;

    public RunFolder Folder { get; }

    public IRunOutput Output { get; }

    public CancellationToken Cancel { get; }

    public int Threads { get; }

    /// <summary>Where looks at the test set are counted: beside the pipelines file, wherever the run's folder is.</summary>
    public string LooksFolder { get; }

    public LoadedData Data => _data.Value;

    public IGraphRunner Runner => _runner.Value;

    /// <summary>The folds that were trained, by name.</summary>
    public Dictionary<string, FoldRecord> Folds { get; } = new(StringComparer.Ordinal);

    /// <summary>The folds that were trained, in order.</summary>
    public IEnumerable<FoldRecord> FoldsInOrder =>
        StagePlan.Fits(Config).Select(StagePlan.FoldOf).OfType<string>().Where(Folds.ContainsKey).Select(f => Folds[f]);

    /// <summary>What the folds chose; null before that.</summary>
    public FoldChoice? Choice { get; set; }

    /// <summary>How often the test set has been looked at; null before this run did so.</summary>
    public int? TestLooks { get; set; }

    /// <summary>Mean and deviation of the folds that did not fail; null where there are none.</summary>
    public FoldStatistics? Statistics => FoldsInOrder.Where(f => f.Error is null).Select(f => f.Metrics).ToArray() is { Length: > 0 } folds ? FoldStatistics.Of(folds) : null;

    /// <summary>The errors on the validation rows of all folds.</summary>
    public ErrorSample? FoldErrors => ErrorSample.Pool([.. FoldsInOrder.Select(f => f.Errors).OfType<ErrorSample>()], Data.Plan.TrainAndValidation.Train.Length);

    /// <summary>The training that is exported.</summary>
    public Fit Exported => Fit(StagePlan.Fits(Config) switch
    {
        [""] => "",
        [.., StagePlan.Final] => StagePlan.Final,
        _ => StagePlan.FitOf(Choice!.Best),
    });

    /// <summary>Metrics by part, as the stages find them.</summary>
    public SortedDictionary<string, IReadOnlyDictionary<string, double>> Metrics { get; } = new(StringComparer.Ordinal);

    /// <summary>The warnings so far, for the run's record.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Takes up what an earlier run of the folder found.</summary>
    public void TakeUp(RunRecord record)
    {
        SetMetrics(record.Metrics);
        foreach (FoldRecord fold in record.Folds)
        {
            Folds[fold.Name] = fold;
        }

        Choice = record.Choice;
        TestLooks = record.TestLooks;
    }

    /// <summary>A record with what the stages have found so far.</summary>
    public RunRecord Noted(RunRecord record) => record with
    {
        Metrics = Metrics,
        Folds = [.. FoldsInOrder],
        Mean = Statistics?.Mean,
        Deviation = Statistics?.Deviation,
        Choice = Choice,
        TestLooks = TestLooks,
        Warnings = [.. record.Warnings, .. Warnings.Except(record.Warnings)],
        Model = File.Exists(Folder.ModelPath) ? Folder.ModelPath : null,
    };

    /// <summary>Notes that a fold failed, and warns.</summary>
    public void Fail(string fold, AnnealException error)
    {
        Folds[fold] = new FoldRecord(fold, new Dictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal)) { Error = error.Message };
        Warn($"fold {fold} failed, and the means are over the others: {error.Message}");
    }

    /// <summary>Replaces all metrics.</summary>
    public void SetMetrics(IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> metrics)
    {
        Metrics.Clear();
        foreach ((string part, IReadOnlyDictionary<string, double> values) in metrics)
        {
            Metrics[part] = values;
        }
    }

    /// <summary>A training of the run; the one before it is let go of.</summary>
    public Fit Fit(string name) => _fit?.Name == name ? _fit : _fit = new Fit(this, name);

    /// <summary>Prints a warning and keeps it for the run's record.</summary>
    public void Warn(string text)
    {
        Warnings.Add(text);
        Output.Warn(text);
    }

    /// <summary>The graphs of a pipeline's model in each phase of its training.</summary>
    public static IReadOnlyList<TrainingGraphs> PhasesOf(LoadedConfig config, PreparedData data) =>
        [.. config.Options.Train.AllPhases().Select((phase, i) => GraphsOf(config, data, phase, i))];

    /// <summary>The graphs of a pipeline's model, as its training begins.</summary>
    public static TrainingGraphs GraphsOf(LoadedConfig config, PreparedData data) => GraphsOf(config, data, config.Options.Train.AllPhases()[0], 0);

    /// <summary>The graphs of a pipeline's model with a step of another kind, for a look at it.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="data">The rows.</param>
    /// <param name="target">What is learnt.</param>
    /// <param name="update">What shapes the step.</param>
    /// <param name="dropout">Whether the step drops out what layers ask for.</param>
    public static TrainingGraphs GraphsOf(LoadedConfig config, PreparedData data, TargetSpec target, UpdateSettings update, bool dropout) => TrainingGraphs.Build(
        NetworkBuilder.Build(config.Options.Model, data.Target.Outputs, config.OriginOf, data.Fitted.Embedded),
        data.InStep,
        data.Fitted.Graph,
        target,
        update,
        (ulong)config.Options.Seed,
        dropout);

    /// <summary>The graph of a pipeline's exported model.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="data">The rows.</param>
    /// <param name="target">What is learnt.</param>
    public static Graph InferenceOf(LoadedConfig config, PreparedData data, TargetSpec target) => TrainingGraphs.BuildInference(
        NetworkBuilder.Build(config.Options.Model, data.Target.Outputs, config.OriginOf, data.Fitted.Embedded),
        data.Fitted.Graph,
        target,
        (ulong)config.Options.Seed,
        [.. config.Options.Export.Outputs.Distinct().Select(o => Enum.Parse<InferenceOutput>(o.ToString()))]);

    // Steps are numbered from 1 in each phase; another key keeps their random masks apart.
    private static TrainingGraphs GraphsOf(LoadedConfig config, PreparedData data, PhaseOptions phase, int index) => TrainingGraphs.Build(
        NetworkBuilder.Build(config.Options.Model, data.Target.Outputs, config.OriginOf, data.Fitted.Embedded),
        data.InStep,
        data.Fitted.Graph,
        data.Target,
        TrainingOptions.UpdateOf(config, phase),
        index == 0 ? (ulong)config.Options.Seed : Onnx.Kernels.CounterRandom.Key((ulong)config.Options.Seed, FormattableString.Invariant($"phase/{index}")));

    /// <summary>The hash of the resolved configuration that the exported file follows from.</summary>
    public string ConfigHash => StageKey.Of(Config.KeyText("task", "seed", "data", "augment", "model", "loss", "metrics", "train", "average", "final", "export"));

    public void Dispose()
    {
        if (_runner.IsValueCreated)
        {
            (_runner.Value as IDisposable)?.Dispose();
        }
    }

    private IGraphRunner RunnerOf(EngineKind engine, string device)
    {
        if (engine == EngineKind.Simd)
        {
            return device == "cuda"
                ? throw AnnealException.BadUsage("the SIMD engine runs on the CPU, not on CUDA", "add --engine ort, or leave --device out")
                : new SimdRunner(Threads);
        }

        string? missing = device == "auto" ? OrtInfo.Problem(OrtDevice.Cuda) : null;
        OrtDevice chosen = device == "cuda" || (device == "auto" && missing is null) ? OrtDevice.Cuda : OrtDevice.Cpu;
        if (device == "auto")
        {
            Output.Line($"device   {chosen.ToString().ToLowerInvariant()}{(missing is null ? "" : $": {missing}")}");
        }

        return new OrtRunner(new OrtOptions { Device = chosen, Threads = Threads });
    }
}
