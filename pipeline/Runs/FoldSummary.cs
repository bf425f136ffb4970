using System.Text.Json.Serialization;

namespace Anneal.Pipeline.Runs;

/// <summary>What a fold gave.</summary>
/// <param name="Name">The fold's name.</param>
/// <param name="Metrics">By part (train, validation) and metric; empty where it failed.</param>
internal sealed record FoldSummary(string Name, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics)
{
    /// <summary>Why it failed, if it did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }
}
