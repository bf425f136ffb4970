namespace Anneal.Trainer.Diagnostics;

/// <summary>A point of a learning-rate range test.</summary>
/// <param name="Rate">The learning rate.</param>
/// <param name="Loss">The loss of the batch before its step.</param>
/// <param name="Smooth">The exponential average of the losses so far, bias corrected.</param>
public sealed record RatePoint(double Rate, double Loss, double Smooth);
