using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>
/// Cross-entropy that counts what is easy less: ℓ = -Σ_c y_c·(1 - p_c)^γ·log p_c with p = softmax(z) of classes;
/// ℓ = -α·y·(1 - p)^γ·log p - (1 - α)·(1 - y)·p^γ·log(1 - p) with p = σ(z) of two classes or of labels, both factors 1 without α.
/// </summary>
/// <param name="Gamma">γ, at least 0; cross-entropy at 0.</param>
/// <param name="Alpha">α, from 0 to 1: the factor of positive rows; null for none, as always in a classification of several classes.</param>
/// <seealso href="https://arxiv.org/abs/1708.02002">Lin et al., Focal Loss for Dense Object Detection (2017)</seealso>
public sealed record Focal(double Gamma = 2, double? Alpha = null) : Loss
{
    // The power's slope at 0 is infinite for γ < 1.
    private const double SmallestBase = 1e-7;

    /// <inheritdoc/>
    public override IReadOnlyList<LearningTask> Tasks => [LearningTask.Classification, LearningTask.Binary, LearningTask.Multilabel];

    /// <inheritdoc/>
    public override bool IsLogLoss => Gamma == 0 && Alpha is null;

    /// <inheritdoc/>
    public override double? AtChance(TargetSpec target)
    {
        double classes = target.Task == LearningTask.Classification ? target.Outputs : 2;
        return Alpha is null or 0.5 ? Math.Pow(1 - (1 / classes), Gamma) * Math.Log(classes) * (Alpha ?? 1) : null;
    }

    internal override Value Elements(LossScope s)
    {
        GraphBuilder g = s.Graph;
        Value one = g.Scalar(1, DType.Float);
        if (s.Target.Task == LearningTask.Classification)
        {
            Value logarithms = g.Node("LogSoftmax", [s.Scores], Attributes.Of(("axis", 1L)));
            Value rest = g.Node("Max", [g.Sub(one, g.Exp(logarithms)), g.Scalar(SmallestBase, DType.Float)]);
            Value factors = g.Pow(rest, g.Scalar(Gamma, DType.Float));
            return g.Neg(g.ReduceSum(g.Mul(g.Mul(s.Shares, factors), logarithms), keepDims: false, 1));
        }

        // -log p = log(1 + e⁻ᶻ) and -log(1 - p) = log(1 + eᶻ).
        Value positive = g.Node("Softplus", [g.Neg(s.Scores)]);
        Value negative = g.Node("Softplus", [s.Scores]);
        Value ifTrue = g.Mul(g.Exp(g.Mul(negative, -Gamma)), positive);
        Value ifFalse = g.Mul(g.Exp(g.Mul(positive, -Gamma)), negative);
        ifTrue = Alpha is { } a ? g.Mul(ifTrue, a) : ifTrue;
        ifFalse = Alpha is { } b ? g.Mul(ifFalse, 1 - b) : ifFalse;
        return g.Add(g.Mul(s.Shares, ifTrue), g.Mul(g.Sub(one, s.Shares), ifFalse));
    }
}
