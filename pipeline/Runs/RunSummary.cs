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
    /// <summary>The exit code of the command.</summary>
    [JsonIgnore]
    public ExitCode ExitCode { get; init; }
}
