namespace Anneal.Serving.Comparing;

/// <summary>A row that two models decide differently.</summary>
/// <param name="Row">The row, from 0.</param>
/// <param name="Label">The label that is decided differently; null where rows have a class each.</param>
/// <param name="First">The first model's class index; 0 or 1 of a label.</param>
/// <param name="Second">The second's.</param>
/// <param name="Margin">The first model's score of its class less that of the second's class; of one score its distance from the threshold.</param>
public sealed record DecisionChange(long Row, int? Label, long First, long Second, double Margin);
