namespace Anneal.Serving.Comparing;

/// <summary>How two models, or one model run in two ways, answer the same rows.</summary>
/// <param name="First">The first model.</param>
/// <param name="Second">The second.</param>
/// <param name="Rows">Rows that both answered.</param>
/// <param name="Outputs">The outputs that both have.</param>
/// <param name="Decisions">How decisions are taken: by the signature, by the largest of an output's scores, or null where there are none.</param>
/// <param name="Flips">Decisions that differ; null where there are none to compare.</param>
/// <param name="FlipRows">The first of them.</param>
/// <param name="NonFinite">Rows that the first model answers with NaN or infinity.</param>
/// <param name="NonFiniteRows">The first of them.</param>
/// <param name="Ignored">Columns of the rows that the model does not read.</param>
public sealed record ComparisonReport(
    string First,
    string Second,
    long Rows,
    IReadOnlyList<OutputDifference> Outputs,
    string? Decisions,
    long? Flips,
    IReadOnlyList<DecisionChange> FlipRows,
    long NonFinite,
    IReadOnlyList<long> NonFiniteRows,
    IReadOnlyList<string> Ignored);
