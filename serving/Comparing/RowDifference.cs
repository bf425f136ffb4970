namespace Anneal.Serving.Comparing;

/// <summary>A row that two models answer differently.</summary>
/// <param name="Row">The row, from 0.</param>
/// <param name="Index">The place of the largest difference in the row's answer.</param>
/// <param name="First">The first model's value there, as text.</param>
/// <param name="Second">The second's.</param>
/// <param name="Difference">|first - second|; infinite where one of them is no number, 1 of texts.</param>
public sealed record RowDifference(long Row, int Index, string First, string Second, double Difference);
