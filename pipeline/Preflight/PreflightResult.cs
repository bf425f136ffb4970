using System.Text.Json.Serialization;

namespace Anneal.Pipeline.Preflight;

/// <summary>What a check found.</summary>
/// <param name="Name">The check's name.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Detail">What was seen, with its figures.</param>
/// <param name="Hint">What to look at; null where all is well.</param>
internal sealed record PreflightResult(string Name, [property: JsonIgnore] PreflightStatus Verdict, string Detail, string? Hint = null)
{
    /// <summary>passed, warning, failed or skipped.</summary>
    public string Status => Verdict.ToString().ToLowerInvariant();

    /// <summary>Figures behind the detail, by name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? Values { get; init; }

    /// <summary>The result in a line.</summary>
    public string Line => $"{Name}: {Detail}{(Hint is null ? "" : $". hint: {Hint}")}";
}
