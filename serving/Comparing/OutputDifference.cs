namespace Anneal.Serving.Comparing;

/// <summary>How two models differ in one output over all rows.</summary>
/// <param name="Output">Its name; both names where they differ.</param>
/// <param name="MaxAbs">max |first - second|.</param>
/// <param name="MeanAbs">The mean of |first - second| over all elements, infinite ones left out.</param>
/// <param name="Rows">Rows with a difference beyond the tolerance.</param>
/// <param name="Worst">The rows that differ most.</param>
public sealed record OutputDifference(string Output, double MaxAbs, double MeanAbs, long Rows, IReadOnlyList<RowDifference> Worst);
