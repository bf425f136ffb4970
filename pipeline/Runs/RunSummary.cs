using System.Text.Json.Serialization;
using Anneal.Onnx;

namespace Anneal.Pipeline.Runs;

/// <summary>How a run ended: what <c>run --json</c> prints.</summary>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="Run">The run's folder.</param>
/// <param name="Status">done, gate_failed or interrupted.</param>
/// <param name="Stages">The stages, in the order in which they were run.</param>
/// <param name="Metrics">By part (train, validation, test) and metric.</param>
/// <param name="Validation">The validation in ONNX Runtime; null when it was not reached.</param>
/// <param name="Model">The exported file; null when export was not reached.</param>
internal sealed record RunSummary(
    string Pipeline,
    string Run,
    string Status,
    IReadOnlyList<StageSummary> Stages,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics,
    ValidationSummary? Validation,
    string? Model)
{
    /// <summary>The folds, in order; null where there is a single training.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FoldSummary>? Folds { get; init; }

    /// <summary>The mean over the folds, by part and metric.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>? Mean { get; init; }

    /// <summary>The sample standard deviation over the folds, by part and metric.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>? Deviation { get; init; }

    /// <summary>The training that is exported, where there are several: a fold, or the final fit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Exported { get; init; }

    /// <summary>How often the test set had been evaluated when this run had done so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TestLooks { get; init; }

    /// <summary>Of how many training rows the metrics of that part are; null where they are of all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SampleSize? TrainSample { get; init; }

    /// <summary>What competed for export, where there was more than one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CandidateRecord>? Candidates { get; init; }

    /// <summary>What the ensemble gave; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EnsembleRecord? Ensemble { get; init; }

    /// <summary>The exit code of the command.</summary>
    [JsonIgnore]
    public ExitCode ExitCode { get; init; }
}
