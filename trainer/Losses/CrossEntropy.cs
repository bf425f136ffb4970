using Anneal.Onnx.Ir;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>Cross-entropy of a softmax: ℓ = -Σ_c y_c·log softmax(z)_c, where y may be smoothed: y' = (1 - ε)·y + ε/C.</summary>
/// <param name="Smoothing">ε, at least 0 and less than 1.</param>
/// <seealso href="https://arxiv.org/abs/1512.00567">Label smoothing: Szegedy et al., Rethinking the Inception Architecture (2015)</seealso>
public sealed record CrossEntropy(double Smoothing = 0) : Loss
{
    /// <inheritdoc/>
    public override IReadOnlyList<LearningTask> Tasks => [LearningTask.Classification];

    /// <inheritdoc/>
    public override bool IsLogLoss => Smoothing == 0;

    /// <inheritdoc/>
    public override double? AtChance(TargetSpec target) => Math.Log(target.Outputs);

    internal override Value Elements(LossScope s)
    {
        GraphBuilder g = s.Graph;
        if (s.IsSoft)
        {
            Value logarithms = g.Node("LogSoftmax", [s.Scores], Attributes.Of(("axis", 1L)));
            return g.Neg(g.ReduceSum(g.Mul(s.Smoothed(Smoothing), logarithms), keepDims: false, 1));
        }

        Value[] loss = g.Node("SoftmaxCrossEntropyLoss", [s.Scores, s.Truth], 2, Attributes.Of(("reduction", "none")));
        return Smoothing == 0 ? loss[0]
            : g.Sub(g.Mul(loss[0], 1 - Smoothing), g.Mul(g.Reduce("ReduceMean", loss[1], keepDims: false, 1), Smoothing));
    }

    // ONNX's op has the mean and the classes' weights built in.
    internal override (Value Mean, Value? Mass) Mean(LossScope s)
    {
        if (s.IsSoft || s.IsWeighted || Smoothing != 0)
        {
            return base.Mean(s);
        }

        Value? weights = s.Target.ClassWeights is { } classes ? LossScope.Constant(s.Graph, classes) : null;
        Value mean = s.Graph.Node("SoftmaxCrossEntropyLoss", weights is null ? [s.Scores, s.Truth] : [s.Scores, s.Truth, weights], 2)[0];
        return (mean, weights is null ? null : s.Graph.ReduceSum(s.Weights()!, keepDims: false));
    }
}
