using Anneal.Onnx.Ir;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>Cross-entropy of a sigmoid: ℓ = -y·log σ(z) - (1 - y)·log(1 - σ(z)) = log(1 + eᶻ) - y·z, where y may be smoothed: y' = (1 - ε)·y + ε/2.</summary>
/// <param name="Smoothing">ε, at least 0 and less than 1.</param>
public sealed record BinaryCrossEntropy(double Smoothing = 0) : Loss
{
    /// <inheritdoc/>
    public override IReadOnlyList<LearningTask> Tasks => [LearningTask.Binary, LearningTask.Multilabel];

    /// <inheritdoc/>
    public override bool IsLogLoss => Smoothing == 0;

    /// <inheritdoc/>
    public override double? AtChance(TargetSpec target) => Math.Log(2);

    internal override Value Elements(LossScope s) =>
        s.Graph.Sub(s.Graph.Node("Softplus", [s.Scores]), s.Graph.Mul(s.Smoothed(Smoothing), s.Scores));
}
