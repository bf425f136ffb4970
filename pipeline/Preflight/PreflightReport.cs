using System.Text.Json.Serialization;

namespace Anneal.Pipeline.Preflight;

/// <summary>The content of <c>preflight.json</c>.</summary>
/// <param name="Checks">Every check in order, those left out included.</param>
internal sealed record PreflightReport(IReadOnlyList<PreflightResult> Checks)
{
    /// <summary>The checks that failed.</summary>
    [JsonIgnore]
    public IEnumerable<PreflightResult> Failed => Checks.Where(c => c.Verdict == PreflightStatus.Failed);

    /// <summary>The checks that warn.</summary>
    [JsonIgnore]
    public IEnumerable<PreflightResult> Warnings => Checks.Where(c => c.Verdict == PreflightStatus.Warning);

    /// <summary>How many checks ended in which way, in a line.</summary>
    [JsonIgnore]
    public string Summary => string.Join(", ", Checks.CountBy(c => c.Status).OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => FormattableString.Invariant($"{c.Value} {c.Key}")));
}
