using System.Text.Json.Serialization;

namespace Anneal.Pipeline.Bench;

/// <summary>What <c>bench epoch --json</c> prints.</summary>
/// <param name="Case">The case's name.</param>
/// <param name="Engine">The engine's name.</param>
/// <param name="Batch">Rows per step.</param>
/// <param name="Threads">Threads of the engine.</param>
/// <param name="Augment">What is done to the rows of a batch.</param>
/// <param name="Steps">Steps of an epoch.</param>
/// <param name="MsPerStep">Mean time of a step on rows that lie ready, in the fastest of five slices, in ms.</param>
/// <param name="MsPerEpoch">Time of the fastest epoch, from the end of the one before it to its own, in ms.</param>
/// <param name="Ratio">The epoch over as many steps.</param>
internal sealed record EpochReport(string Case, string Engine, int Batch, int Threads, string Augment, int Steps, double MsPerStep, double MsPerEpoch, double Ratio)
{
    /// <summary>Whether the device replayed a captured step; left out of an engine that does no such thing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Captured { get; init; }
}
