using Anneal.Onnx.Ir;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>A loss whose student also learns from a teacher's answers: ℓ = λ·ℓ(z, y) + (1 - λ)·T²·H(p(z_t/T), p(z/T)), with H the cross-entropy of softmax or sigmoid.</summary>
/// <remarks>z_t are the numbers that would give the teacher's answers. Of numbers to predict H is (z - z_t)², and T has no part in it. Where there is no teacher, as in
/// evaluation, it is the loss alone.</remarks>
/// <param name="Labels">The loss of the labels.</param>
/// <param name="Temperature">T, above 0.</param>
/// <param name="Share">λ, from 0 to 1.</param>
/// <seealso href="https://arxiv.org/abs/1503.02531">Hinton et al., Distilling the Knowledge in a Neural Network (2015)</seealso>
public sealed record Distilled(Loss Labels, double Temperature, double Share) : Loss
{
    /// <inheritdoc/>
    public override IReadOnlyList<LearningTask> Tasks => Labels.Tasks;

    /// <inheritdoc/>
    public override (float Min, float Max) TargetRange => Labels.TargetRange;

    /// <inheritdoc/>
    public override double? AtChance(TargetSpec target) => null;

    internal override Value Elements(LossScope s)
    {
        GraphBuilder g = s.Graph;
        Value labels = Labels.Elements(s);
        return s.Teacher is { } teacher ? g.Add(g.Mul(labels, Share), g.Mul(OfTeacher(s, teacher), 1 - Share)) : labels;
    }

    internal override (Value Mean, Value? Mass) Mean(LossScope s) => s.Teacher is null ? Labels.Mean(s) : base.Mean(s);

    internal override Value Probabilities(GraphBuilder g, TargetSpec target, Value logits) => Labels.Probabilities(g, target, logits);

    internal override Value Prediction(GraphBuilder g, TargetSpec target, Value logits) => Labels.Prediction(g, target, logits);

    internal override Value Scores(GraphBuilder g, TargetSpec target, Value answers) => Labels.Scores(g, target, answers);

    private Value OfTeacher(LossScope s, Value answers)
    {
        GraphBuilder g = s.Graph;
        Value teacher = s.Scored(Labels.Scores(g, s.Target, answers));
        if (s.Target.Task == LearningTask.Regression)
        {
            Value error = g.Sub(s.Scores, teacher);
            return g.Mul(error, error);
        }

        Value student = g.Mul(s.Scores, 1 / Temperature);
        teacher = g.Mul(teacher, 1 / Temperature);
        Value entropy = s.Target.Task == LearningTask.Classification
            ? g.Neg(g.ReduceSum(g.Mul(g.Node("Softmax", [teacher], Last), g.Node("LogSoftmax", [student], Last)), keepDims: false, 1))
            : g.Sub(g.Node("Softplus", [student]), g.Mul(g.Node("Sigmoid", [teacher]), student));
        return g.Mul(entropy, Temperature * Temperature);
    }

    private static Attributes Last => Attributes.Of(("axis", 1L));
}
