using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Runs;
using Anneal.Serving;

namespace Anneal.Pipeline.Stages;

/// <summary>What the stages of a run share; each part is made when a stage first asks for it, so that a cached run loads nothing.</summary>
internal sealed class RunContext : IDisposable
{
    private readonly Lazy<LoadedData> _data;
    private readonly Lazy<string> _engine;
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
        Threads = ThreadsOf(config, request);
        LooksFolder = Path.Combine(request.DataFolder ?? Path.GetDirectoryName(Path.GetFullPath(request.ConfigPath))!, "runs", config.Name);
        _data = new Lazy<LoadedData>(() => LoadedData.Load(config));
        _engine = new Lazy<string>(ChooseEngine);
        _runner = new Lazy<IGraphRunner>(() => Engines.Make(Engine, Threads, config.Options.Train));
    }

    public LoadedConfig Config { get; }

    /// <summary>The hash of each data file, in the order of <see cref="Sources.Files"/>.</summary>
    public IReadOnlyList<string> FileHashes { get; }

    public PipelineOptions Options => Config.Options;

    public RunFolder Folder { get; }

    public IRunOutput Output { get; }

    public CancellationToken Cancel { get; }

    public int Threads { get; }

    /// <summary>The threads of a run: as asked for, else as the file says, else one for each core.</summary>
    public static int ThreadsOf(LoadedConfig config, RunRequest request) => request.Threads ?? config.Options.Train.Threads ?? Environment.ProcessorCount;

    /// <summary>Where looks at the test set are counted: beside the pipelines file, wherever the run's folder is.</summary>
    public string LooksFolder { get; }

    public LoadedData Data => _data.Value;

    /// <summary>The name of the engine that trains.</summary>
    public string Engine => _engine.Value;

    public IGraphRunner Runner => _runner.Value;

    /// <summary>How ONNX Runtime ran the last training step that this run opened; null where it ran none.</summary>
    public OrtPlacement? Placement => _runner.IsValueCreated && _runner.Value is OrtStepRunner { Placements: [.., var last] } ? last : null;

    /// <summary>How ONNX Runtime ran the first evaluation of this run on another device than the CPU; null where it ran none.</summary>
    public OrtPlacement? EvaluationPlacement => _runner.IsValueCreated && _runner.Value is OrtStepRunner { Evaluations: [var first, ..] } ? first : null;

    /// <summary>The folds that were trained, by name.</summary>
    public Dictionary<string, FoldRecord> Folds { get; } = new(StringComparer.Ordinal);

    /// <summary>The folds that were trained, in order.</summary>
    public IEnumerable<FoldRecord> FoldsInOrder =>
        StagePlan.Fits(Config).Select(StagePlan.FoldOf).OfType<string>().Where(Folds.ContainsKey).Select(f => Folds[f]);

    /// <summary>The candidates for export of the training that is exported.</summary>
    public IReadOnlyList<CandidateRecord> Candidates { get; set; } = [];

    /// <summary>What the members of an ensemble that are trained for it gave, by training.</summary>
    public Dictionary<string, FoldRecord> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>Those members in order.</summary>
    public IEnumerable<FoldRecord> MembersInOrder => StagePlan.Fits(Config).Where(Members.ContainsKey).Select(m => Members[m]);

    /// <summary>What the ensemble gave; null before that.</summary>
    public EnsembleRecord? EnsembleRecord { get; set; }

    /// <summary>What the folds chose; null before that.</summary>
    public FoldChoice? Choice { get; set; }

    /// <summary>How often the test set has been looked at; null before this run did so.</summary>
    public int? TestLooks { get; set; }

    /// <summary>Of how many training rows the metrics of that part are; null where they are of all.</summary>
    public SampleSize? TrainSample { get; set; }

    /// <summary>Mean and deviation of the folds that did not fail; null where there are none.</summary>
    public FoldStatistics? Statistics => FoldsInOrder.Where(f => f.Error is null).Select(f => f.Metrics).ToArray() is { Length: > 0 } folds ? FoldStatistics.Of(folds) : null;

    /// <summary>The errors on the validation rows of all folds.</summary>
    public ErrorSample? FoldErrors => ErrorSample.Pool([.. FoldsInOrder.Select(f => f.Errors).OfType<ErrorSample>()], Data.Plan.TrainAndValidation.Train.Length);

    /// <summary>The training that is exported; of an ensemble one whose rows are those that the ensemble is judged by.</summary>
    public Fit Exported => Fit(StagePlan.ExportedOf(Config, Choice));

    /// <summary>The training that is exported where no student learns from the ensemble; else the one that stands for its teachers.</summary>
    public Fit Taught => Fit(StagePlan.TaughtOf(Config, Choice));

    /// <summary>The path of the ensemble's graph.</summary>
    public string EnsemblePath => Folder.File("ensemble.onnx");

    /// <summary>The ensemble: raw rows to answers, with all parameters inside.</summary>
    public Graph Ensemble => ModelReader.Read(EnsemblePath).Graph;

    /// <summary>The ensemble where it is what the run exports; null otherwise.</summary>
    public Graph? ExportedEnsemble => Options.Ensemble is { Distill: null } ? Ensemble : null;

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

        foreach (FoldRecord member in record.Members)
        {
            Members[member.Name] = member;
        }

        Candidates = Options.Ensemble is { Members: SeedsOptions, Distill: null } ? [] : record.Candidates;
        EnsembleRecord = Options.Ensemble is null ? null : record.Ensemble;
        Choice = record.Choice;
        TestLooks = record.TestLooks;
        TrainSample = record.TrainSample;
    }

    /// <summary>A record with what the stages have found so far.</summary>
    public RunRecord Noted(RunRecord record) => record with
    {
        Metrics = Metrics,
        Folds = [.. FoldsInOrder],
        Mean = Statistics?.Mean,
        Deviation = Statistics?.Deviation,
        Candidates = Candidates,
        Members = [.. MembersInOrder],
        Ensemble = EnsembleRecord,
        Choice = Choice,
        TestLooks = TestLooks,
        TrainSample = TrainSample,
        Placement = Placement ?? record.Placement,
        EvaluationPlacement = EvaluationPlacement ?? record.EvaluationPlacement,
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

    /// <summary>The hash of the resolved configuration that the exported file follows from.</summary>
    public string ConfigHash => StageKey.Of(Config.KeyText("task", "seed", "data", "augment", "model", "loss", "metrics", "train", "average", "ensemble", "final", "export"));

    public void Dispose()
    {
        if (_runner.IsValueCreated)
        {
            (_runner.Value as IDisposable)?.Dispose();
        }
    }

    private string ChooseEngine()
    {
        (string name, string? missing) = Engines.Choose(Options.Train);
        if (Options.Train is { Engine: EngineKind.Ort, Device: DeviceKind.Auto })
        {
            Output.Line($"device   {name}{(missing is null ? "" : $": {missing}")}");
        }

        return name;
    }
}
