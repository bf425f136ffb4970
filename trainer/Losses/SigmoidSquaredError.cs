using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>Squared error of a sigmoid: ℓ = (σ(z) - y)² of each output; the Brier score of two classes. A number to predict lies in [0, 1].</summary>
/// <seealso href="https://doi.org/10.1175/1520-0493(1950)078%3C0001:VOFEIT%3E2.0.CO;2">Brier, Verification of Forecasts Expressed in Terms of Probability (1950)</seealso>
public sealed record SigmoidSquaredError : Loss
{
    private const double SmallestSum = 1e-30;

    /// <inheritdoc/>
    public override IReadOnlyList<LearningTask> Tasks { get; } = Enum.GetValues<LearningTask>();

    /// <inheritdoc/>
    public override (float Min, float Max) TargetRange => (0, 1);

    /// <inheritdoc/>
    public override double? AtChance(TargetSpec target) => target.Task == LearningTask.Regression ? null : 0.25;

    internal override Value Elements(LossScope s)
    {
        Value truth = s.Target.Task == LearningTask.Regression ? s.Truth : s.Shares;
        Value error = s.Graph.Sub(s.Graph.Node("Sigmoid", [s.Scores]), truth);
        return s.Graph.Mul(error, error);
    }

    // Sigmoids of several classes need not add up to 1: their shares do.
    internal override Value Probabilities(GraphBuilder g, TargetSpec target, Value logits)
    {
        Value p = g.Node("Sigmoid", [logits]);
        return target.Task == LearningTask.Classification
            ? g.Div(p, g.Node("Max", [g.ReduceSum(p, keepDims: true, 1), g.Scalar(SmallestSum, DType.Float)]))
            : p;
    }

    internal override Value Prediction(GraphBuilder g, TargetSpec target, Value logits) => g.Node("Sigmoid", [logits]);

    internal override Value Scores(GraphBuilder g, TargetSpec target, Value answers) =>
        g.Sub(LogOf(g, answers), LogOf(g, g.Sub(g.Scalar(1, DType.Float), answers)));
}
