using System.Text.Json.Serialization;
using Anneal.Pipeline.Preflight;
using Anneal.Trainer.Diagnostics;

namespace Anneal.Pipeline.Commands;

/// <summary>What <c>check</c> found.</summary>
/// <param name="Passed">Whether the pipeline can run.</param>
/// <param name="Summary">The data and the model, in a line.</param>
/// <param name="Checks">What preflight found; none where the pipeline leaves it out.</param>
internal sealed record CheckReport(bool Passed, string Summary, IReadOnlyList<PreflightResult> Checks)
{
    /// <summary>The learning-rate range test; null where it was not asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RateRange? LrFind { get; init; }
}
