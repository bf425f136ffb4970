namespace Anneal.Pipeline.Report.Verdicts;

/// <summary>What guessing gives without looking at the inputs.</summary>
/// <param name="Loss">The loss of the best constant answer; null where it is not known.</param>
/// <param name="Accuracy">The share of the most frequent class; null where there are no classes.</param>
internal sealed record Chance(double? Loss, double? Accuracy);
