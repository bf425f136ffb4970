namespace Anneal.Trainer.Monitors;

/// <summary>A layer on the watched rows.</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="Activation">Its output's elements.</param>
/// <param name="Gradient">The loss's gradient with respect to them; null where the optimizer needs none.</param>
/// <param name="SilentRows">The share of rows whose gradient is zero in every element.</param>
/// <param name="Dead">The share of units that are zero in every row; null where the layer's function has no flat zero.</param>
/// <param name="Saturated">The share of elements at a flat end; null where the layer's function has none.</param>
public sealed record LayerRecord(string Name, TensorStatistics Activation, TensorStatistics? Gradient, double SilentRows, double? Dead, double? Saturated);
