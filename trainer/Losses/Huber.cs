using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>Huber's loss of the standardised target: with e = |z - (y - mean) / deviation|, ℓ = e²/2 up to δ and δ·(e - δ/2) beyond.</summary>
/// <param name="Delta">δ, in deviations of the target; greater than 0.</param>
/// <seealso href="https://doi.org/10.1214/aoms/1177703732">Huber, Robust Estimation of a Location Parameter (1964)</seealso>
public sealed record Huber(double Delta = 1) : Loss
{
    /// <inheritdoc/>
    public override IReadOnlyList<LearningTask> Tasks => [LearningTask.Regression];

    /// <inheritdoc/>
    public override double? AtChance(TargetSpec target) => null;

    // With q = min(e, δ) both branches are q·(e - q/2).
    internal override Value Elements(LossScope s)
    {
        GraphBuilder g = s.Graph;
        Value error = g.Node("Abs", [g.Sub(s.Scores, s.Standardised)]);
        Value capped = g.Node("Min", [error, g.Scalar(Delta, DType.Float)]);
        return g.Mul(capped, g.Sub(error, g.Mul(capped, 0.5)));
    }
}
