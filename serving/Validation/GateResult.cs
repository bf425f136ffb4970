namespace Anneal.Serving.Validation;

/// <summary>The outcome of a gate.</summary>
/// <param name="Name">The gate's name.</param>
/// <param name="Passed">Whether the condition holds.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Limit">What it was measured against.</param>
/// <param name="Detail">A sentence for a person: what was compared, where it is worst, by how much a limit is missed.</param>
public sealed record GateResult(string Name, bool Passed, double Value, double Limit, string Detail);
