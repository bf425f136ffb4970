using Anneal.Onnx.Ir;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>Absolute error of the standardised target: ℓ = |z - (y - mean) / deviation|; its least mean predicts the median.</summary>
public sealed record AbsoluteError : Loss
{
    /// <inheritdoc/>
    public override IReadOnlyList<LearningTask> Tasks => [LearningTask.Regression];

    /// <inheritdoc/>
    public override double? AtChance(TargetSpec target) => null;

    internal override Value Elements(LossScope s) => s.Graph.Node("Abs", [s.Graph.Sub(s.Scores, s.Standardised)]);
}
