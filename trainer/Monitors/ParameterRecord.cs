namespace Anneal.Trainer.Monitors;

/// <summary>A trained parameter, and what one step would change of it.</summary>
/// <param name="Name">The parameter's name.</param>
/// <param name="Weights">Its elements.</param>
/// <param name="Gradient">Its gradient's elements; null where the optimizer needs none.</param>
/// <param name="Update">The norm of the step's change; null where it is no part of the step's graph.</param>
public sealed record ParameterRecord(string Name, TensorStatistics Weights, TensorStatistics? Gradient, double? Update)
{
    /// <summary>The change's norm over the weights'; about 1e-3 is healthy. 0 where the weights are all zero.</summary>
    public double? Ratio => Weights.Norm > 0 ? Update / Weights.Norm : 0;
}
