using Anneal.Onnx.Ir;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>Squared error of the standardised target: ℓ = (z - (y - mean) / deviation)².</summary>
public sealed record SquaredError : Loss
{
    /// <inheritdoc/>
    public override IReadOnlyList<LearningTask> Tasks => [LearningTask.Regression];

    /// <summary>The variance of the standardised target.</summary>
    /// <inheritdoc/>
    public override double? AtChance(TargetSpec target) => 1;

    internal override Value Elements(LossScope s)
    {
        Value z = s.Standardised;
        Value error = s.Graph.Sub(s.Scores, z);
        return s.Graph.Mul(error, error);
    }
}
