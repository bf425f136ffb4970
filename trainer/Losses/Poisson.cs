using Anneal.Onnx.Ir;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>The likelihood of a count with a logarithmic link: the prediction is μ = m·eᶻ with m the mean target, and ℓ = eᶻ - (y/m)·z.</summary>
/// <remarks>That is the negative logarithm of Poisson's likelihood, μ - y·log μ + log y!, over m and without the terms that do not depend on z.</remarks>
public sealed record Poisson : Loss
{
    /// <inheritdoc/>
    public override IReadOnlyList<LearningTask> Tasks => [LearningTask.Regression];

    /// <inheritdoc/>
    public override (float Min, float Max) TargetRange => (0, float.PositiveInfinity);

    /// <inheritdoc/>
    public override double? AtChance(TargetSpec target) => 1;

    internal override Value Elements(LossScope s)
    {
        GraphBuilder g = s.Graph;
        Value share = g.Mul(s.Truth, LossScope.Constant(g, [.. s.Target.Mean.Select(m => 1 / m)]));
        return g.Sub(g.Exp(s.Scores), g.Mul(share, s.Scores));
    }

    internal override Value Prediction(GraphBuilder g, TargetSpec target, Value logits) =>
        g.Mul(g.Exp(logits), LossScope.Constant(g, target.Mean));

    internal override Value Scores(GraphBuilder g, TargetSpec target, Value answers) =>
        LogOf(g, g.Div(answers, LossScope.Constant(g, target.Mean)));
}
