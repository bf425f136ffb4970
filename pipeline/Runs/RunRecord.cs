using Anneal.Serving;

namespace Anneal.Pipeline.Runs;

/// <summary>The content of <c>run.json</c>: what was done, from what, and how it ended.</summary>
internal sealed record RunRecord
{
    /// <summary>The pipeline's name.</summary>
    public required string Pipeline { get; init; }

    /// <summary>The run's id: the name of its folder.</summary>
    public required string Run { get; init; }

    /// <summary>running, done, failed, gate_failed or interrupted.</summary>
    public required string Status { get; init; }

    /// <summary>When the run began, in UTC.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The folder against which the configuration's paths are resolved.</summary>
    public required string Folder { get; init; }

    /// <summary>The model that training went on from; null where it began anew.</summary>
    public string? BaseModel { get; init; }

    /// <summary>The engine that trained.</summary>
    public string? Engine { get; init; }

    /// <summary>How ONNX Runtime ran the training step; null on another engine.</summary>
    public OrtPlacement? Placement { get; init; }

    /// <summary>How ONNX Runtime ran evaluations on another device than the CPU; null where there were none.</summary>
    public OrtPlacement? EvaluationPlacement { get; init; }

    /// <summary>The batches that were found for the run, of <c>batch: auto</c>.</summary>
    public IReadOnlyList<BatchRecord> Batches { get; init; } = [];

    /// <summary>Release and commit of the code.</summary>
    public required string Code { get; init; }

    /// <summary>Why the run failed, if it did.</summary>
    public string? Error { get; init; }

    /// <summary>What the user was warned of in the stages that ran.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Wall time of all stages that were run, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>The path of the exported model, once there is one.</summary>
    public string? Model { get; init; }

    /// <summary>The key under which each training began, by stage: that of its checkpoints.</summary>
    public IReadOnlyDictionary<string, string> TrainingKeys { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The complete stages by name.</summary>
    public IReadOnlyDictionary<string, StageRecord> Stages { get; init; } = new Dictionary<string, StageRecord>(StringComparer.Ordinal);

    /// <summary>Metrics by part and name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal);

    /// <summary>The folds that were trained, in order; empty where there is a single training.</summary>
    public IReadOnlyList<FoldRecord> Folds { get; init; } = [];

    /// <summary>The mean over the folds, by part and metric.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>? Mean { get; init; }

    /// <summary>The sample standard deviation over the folds, by part and metric.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>? Deviation { get; init; }

    /// <summary>What competed for export, in order; of folds see theirs.</summary>
    public IReadOnlyList<CandidateRecord> Candidates { get; init; } = [];

    /// <summary>The trainings of an ensemble that differ in their seeds, in order.</summary>
    public IReadOnlyList<FoldRecord> Members { get; init; } = [];

    /// <summary>What the ensemble gave.</summary>
    public EnsembleRecord? Ensemble { get; init; }

    /// <summary>What the folds chose.</summary>
    public FoldChoice? Choice { get; init; }

    /// <summary>How often the test set had been evaluated when this run had done so.</summary>
    public int? TestLooks { get; init; }

    /// <summary>Of how many training rows the metrics of that part are; null where they are of all.</summary>
    public SampleSize? TrainSample { get; init; }

    /// <summary>This record with a stage added or replaced.</summary>
    public RunRecord With(string stage, StageRecord record) => this with
    {
        Stages = new SortedDictionary<string, StageRecord>(Stages.ToDictionary(), StringComparer.Ordinal) { [stage] = record },
    };
}
