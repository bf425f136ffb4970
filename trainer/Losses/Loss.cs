using Anneal.Onnx.Ir;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>What training makes small: L = Σ w·ℓ / Σ w over the rows, and over the outputs where each has a loss ℓ of its own.</summary>
/// <remarks>
/// A row's weight w is that of the row times that of its class; where neither is given, L is the mean. Regularisation is no part of it.
/// The last layer is linear for every loss: the loss takes its numbers z and adds the softmax or the sigmoid itself, where it can do so without overflow.
/// </remarks>
public abstract record Loss
{
    // Keeps the mean of a batch whose rows all weigh 0 at 0.
    private const double SmallestMass = 1e-30;

    private const float SmallestProbability = 1e-15f;

    private static readonly Loss s_crossEntropy = new CrossEntropy();
    private static readonly Loss s_binary = new BinaryCrossEntropy();
    private static readonly Loss s_squares = new SquaredError();

    /// <summary>The tasks that the loss is for.</summary>
    public abstract IReadOnlyList<LearningTask> Tasks { get; }

    /// <summary>The values that a target of a regression may have.</summary>
    public virtual (float Min, float Max) TargetRange => (float.NegativeInfinity, float.PositiveInfinity);

    /// <summary>Whether the mean over unweighted rows is the metric <c>log_loss</c>, so that a model's answers tell the loss.</summary>
    public virtual bool IsLogLoss => false;

    /// <summary>The loss of a task where none is named.</summary>
    /// <param name="task">The task.</param>
    /// <returns>Cross-entropy of classes and labels, squared error of numbers.</returns>
    public static Loss Of(LearningTask task) => task switch
    {
        LearningTask.Classification => s_crossEntropy,
        LearningTask.Regression => s_squares,
        _ => s_binary,
    };

    /// <summary>The loss of a model that knows nothing yet: every z is 0.</summary>
    /// <param name="target">What is learnt.</param>
    /// <returns>The value on the training rows; null where it depends on how their targets are spread.</returns>
    public abstract double? AtChance(TargetSpec target);

    /// <summary>The loss of each row [N], or of each output of each row [N, outputs].</summary>
    internal abstract Value Elements(LossScope s);

    /// <summary>The mean over a batch as a scalar, and the sum of the weights it was divided by; null for the number of rows.</summary>
    internal virtual (Value Mean, Value? Mass) Mean(LossScope s)
    {
        GraphBuilder g = s.Graph;
        Value elements = Elements(s);
        if (s.Weights() is not { } weights)
        {
            return (g.Reduce("ReduceMean", elements, keepDims: false), null);
        }

        elements = elements.Rank > weights.Rank ? g.Reduce("ReduceMean", elements, keepDims: false, 1) : elements;
        Value mass = g.ReduceSum(weights, keepDims: false);
        Value divisor = g.Node("Max", [mass, g.Scalar(SmallestMass, mass.Type.Type)]);
        return (g.Div(g.ReduceSum(g.Mul(elements, weights), keepDims: false), divisor), mass);
    }

    /// <summary>The probability of each class [N, C], that of class 1 [N, 1], or that of each label [N, L].</summary>
    internal virtual Value Probabilities(GraphBuilder g, TargetSpec target, Value logits) => target.Task == LearningTask.Classification
        ? g.Node("Softmax", [logits], Attributes.Of(("axis", -1L)))
        : g.Node("Sigmoid", [logits]);

    /// <summary>The predicted numbers [N, outputs], in the target's unit.</summary>
    internal virtual Value Prediction(GraphBuilder g, TargetSpec target, Value logits) =>
        g.Add(g.Mul(logits, LossScope.Constant(g, target.Deviation)), LossScope.Constant(g, target.Mean));

    /// <summary>Numbers z that would give such answers: [N, outputs], of classes up to a number that is the same for all.</summary>
    /// <param name="g">Where nodes go.</param>
    /// <param name="target">What is learnt.</param>
    /// <param name="answers">Probabilities or predictions, [N, outputs]; a probability below 1e-15 counts as that.</param>
    internal virtual Value Scores(GraphBuilder g, TargetSpec target, Value answers)
    {
        if (target.Task == LearningTask.Regression)
        {
            return g.Div(g.Sub(answers, LossScope.Constant(g, target.Mean)), LossScope.Constant(g, target.Deviation));
        }

        Value log = LogOf(g, answers);
        return target.Task == LearningTask.Classification ? log : g.Sub(log, LogOf(g, g.Sub(g.Scalar(1, answers.Type.Type), answers)));
    }

    /// <summary>The logarithm of a number that is at least 0.</summary>
    private protected static Value LogOf(GraphBuilder g, Value value) => g.Log(g.Node("Max", [value, g.Scalar(SmallestProbability, value.Type.Type)]));
}
