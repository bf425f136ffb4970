using System.Text.Json.Serialization;

namespace Anneal.Pipeline.Bench;

/// <summary>What <c>bench step --json</c> prints.</summary>
/// <param name="Case">The case's name.</param>
/// <param name="Engine">The engine's name.</param>
/// <param name="Batch">Rows per step.</param>
/// <param name="Threads">Threads of the engine.</param>
/// <param name="MsPerStep">Mean time of a step in the fastest of five slices, in ms.</param>
/// <param name="SamplesPerS">Rows per second.</param>
/// <param name="PeakRssMb">Largest resident size of the process, in MB.</param>
internal sealed record StepReport(string Case, string Engine, int Batch, int Threads, double MsPerStep, double SamplesPerS, double PeakRssMb)
{
    /// <summary>Whether the device replayed a captured step; left out of an engine that does no such thing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Captured { get; init; }
}
