namespace Anneal.Pipeline.Runs;

/// <summary>The validation of an exported file.</summary>
/// <param name="Passed">Whether every gate passed.</param>
/// <param name="MaxAbsDiff">Largest absolute difference to the trainer's answers; null when there are none to compare with.</param>
/// <param name="DecisionFlips">Rows that are decided differently; null when there are no decisions to compare.</param>
/// <param name="Gates">The gates' outcomes.</param>
internal sealed record ValidationSummary(bool Passed, double? MaxAbsDiff, int? DecisionFlips, IReadOnlyList<GateSummary> Gates);
