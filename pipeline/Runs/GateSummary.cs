namespace Anneal.Pipeline.Runs;

/// <summary>The outcome of a gate.</summary>
/// <param name="Name">The gate's name.</param>
/// <param name="Passed">Whether the condition holds.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Limit">What it was measured against.</param>
internal sealed record GateSummary(string Name, bool Passed, double Value, double Limit)
{
    /// <summary>The outcome in words.</summary>
    public string Detail { get; init; } = "";
}
