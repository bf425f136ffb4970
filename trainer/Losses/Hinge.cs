using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>The hinge of two classes: ℓ = y·max(0, 1 - z) + (1 - y)·max(0, 1 + z).</summary>
public sealed record Hinge : Loss
{
    /// <inheritdoc/>
    public override IReadOnlyList<LearningTask> Tasks => [LearningTask.Binary, LearningTask.Multilabel];

    /// <inheritdoc/>
    public override double? AtChance(TargetSpec target) => 1;

    internal override Value Elements(LossScope s)
    {
        GraphBuilder g = s.Graph;
        Value one = g.Scalar(1, DType.Float);
        Value positive = g.Mul(s.Shares, g.Node("Relu", [g.Sub(one, s.Scores)]));
        return g.Add(positive, g.Mul(g.Sub(one, s.Shares), g.Node("Relu", [g.Add(one, s.Scores)])));
    }
}
