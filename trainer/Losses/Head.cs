using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>What follows the last layer, by task: the target's input, the answers, the count of right ones.</summary>
internal static class Head
{
    /// <summary>The type of the <c>target</c> input.</summary>
    public static TensorType TargetType(TargetSpec target, bool isSoft) => target.Task switch
    {
        LearningTask.Classification when isSoft => TensorType.Of(DType.Float, Dim.Of("N"), target.Outputs),
        LearningTask.Classification => TensorType.Of(DType.Int64, Dim.Of("N")),
        LearningTask.Binary => TensorType.Of(isSoft ? DType.Float : DType.Int64, Dim.Of("N")),
        LearningTask.Regression when target.Outputs == 1 => TensorType.Of(DType.Float, Dim.Of("N")),
        _ => TensorType.Of(DType.Float, Dim.Of("N"), target.Outputs),
    };

    /// <summary>The output that holds probabilities or predictions.</summary>
    public static string ScoreOutput(TargetSpec target) => target.Task switch
    {
        LearningTask.Binary => ModelSignature.ProbabilityOutput,
        LearningTask.Regression => ModelSignature.PredictionOutput,
        _ => ModelSignature.ProbabilitiesOutput,
    };

    /// <summary>What the last layer must give, in words.</summary>
    public static string Expected(TargetSpec target) => target.Task switch
    {
        LearningTask.Classification => $"{target.Outputs} classes",
        LearningTask.Binary => "two classes",
        LearningTask.Multilabel => $"{target.Outputs} labels",
        _ => target.Outputs == 1 ? "one number" : $"{target.Outputs} numbers",
    };

    /// <summary>The number of rows answered rightly, every label included, as a float scalar; null for a regression.</summary>
    public static Value? Correct(GraphBuilder g, TargetSpec target, Value logits, Value truth, bool isSoft)
    {
        Value? hits = target.Task switch
        {
            LearningTask.Classification => g.Equal(ClassIndex(g, logits), isSoft ? ClassIndex(g, truth) : truth),
            LearningTask.Binary => g.Equal(g.Squeeze(Decision(g, target, target.Loss.Probabilities(g, target, logits)), 1), isSoft ? IsAtLeast(g, truth, 0.5f) : truth),
            LearningTask.Multilabel => g.Equal(Decision(g, target, target.Loss.Probabilities(g, target, logits)), IsAtLeast(g, truth, 0.5f)),
            _ => null,
        };
        if (hits is null)
        {
            return null;
        }

        Value counts = g.Cast(hits, DType.Float);
        return g.ReduceSum(counts.Rank == 2 ? g.Reduce("ReduceMin", counts, keepDims: false, 1) : counts, keepDims: false);
    }

    /// <summary>The logits over the temperature.</summary>
    public static Value Calibrated(GraphBuilder g, TargetSpec target, Value logits) =>
        target.Temperature == 1 ? logits : g.Mul(logits, 1 / target.Temperature);

    /// <summary>Adds the answers to a graph's outputs.</summary>
    public static void Outputs(GraphBuilder g, TargetSpec target, Value logits)
    {
        logits = Calibrated(g, target, logits);
        if (target.Task == LearningTask.Regression)
        {
            g.Output(target.Loss.Prediction(g, target, logits), ModelSignature.PredictionOutput);
            return;
        }

        if (target.Task == LearningTask.Classification)
        {
            g.Output(ClassIndex(g, logits), ModelSignature.ClassOutput);
            g.Output(target.Loss.Probabilities(g, target, logits), ModelSignature.ProbabilitiesOutput);
            return;
        }

        Value p = target.Loss.Probabilities(g, target, logits);
        bool isBinary = target.Task == LearningTask.Binary;
        Value decision = Decision(g, target, p);
        g.Output(isBinary ? g.Squeeze(decision, 1) : decision, ModelSignature.ClassOutput);
        g.Output(p, isBinary ? ModelSignature.ProbabilityOutput : ModelSignature.ProbabilitiesOutput);
    }

    private static Value Decision(GraphBuilder g, TargetSpec target, Value probability) => IsAtLeast(g, probability, target.Threshold);

    private static Value IsAtLeast(GraphBuilder g, Value value, float limit) =>
        g.Cast(g.Node("GreaterOrEqual", [value, g.Scalar(limit, DType.Float)]), DType.Int64);

    private static Value ClassIndex(GraphBuilder g, Value scores) =>
        g.Node("ArgMax", [scores], Attributes.Of(("axis", 1L), ("keepdims", 0L)));
}
