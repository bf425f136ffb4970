using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Models;

namespace Anneal.Trainer.Losses;

/// <summary>What a loss is made of, in the form that formulas want.</summary>
/// <param name="graph">Where nodes go.</param>
/// <param name="target">What is learnt.</param>
/// <param name="logits">[N, outputs]: what the last layer gives.</param>
/// <param name="truth">The <c>target</c> input.</param>
/// <param name="weight">[N]: the weight of each row; null where all are equal.</param>
/// <param name="isSoft">Whether the truth is made of probabilities rather than class indices.</param>
internal sealed class LossScope(GraphBuilder graph, TargetSpec target, Value logits, Value truth, Value? weight, bool isSoft)
{
    private Value? _shares;

    public GraphBuilder Graph => graph;

    public TargetSpec Target => target;

    public Value Truth => truth;

    public bool IsWeighted => weight is not null;

    public bool IsSoft => isSoft;

    /// <summary>What the last layer gives: [N, outputs], or [N] where there is one output.</summary>
    public Value Scores { get; } = Scored(graph, target, logits);

    /// <summary>[N, outputs]: a teacher's answers; null where there is none.</summary>
    public Value? Teacher { get; init; }

    /// <summary>The true probability of each output, in the shape of the scores: 0 or 1 where the truth is known.</summary>
    public Value Shares => _shares ??= target.Task != LearningTask.Classification ? graph.Cast(truth, DType.Float)
        : isSoft ? truth
        : graph.Cast(graph.Equal(graph.Unsqueeze(truth, 1), graph.Longs([.. Enumerable.Range(0, target.Outputs).Select(c => (long)c)])), DType.Float);

    /// <summary>(target - mean) / deviation, in the shape of the scores.</summary>
    public Value Standardised
    {
        get
        {
            Value centred = graph.Sub(truth, Constant(graph, target.Mean));
            return graph.Mul(centred, Constant(graph, [.. target.Deviation.Select(d => (float)(1.0 / d))]));
        }
    }

    /// <summary>The shares moved towards equal ones: (1 - ε)·y + ε/C of classes, (1 - ε)·y + ε/2 of labels.</summary>
    public Value Smoothed(double epsilon) => epsilon == 0 ? Shares
        : graph.Add(graph.Mul(Shares, 1 - epsilon), graph.Scalar(epsilon / (target.Task == LearningTask.Classification ? target.Outputs : 2), DType.Float));

    /// <summary>
    /// The weight of each row [N], or of each label of each row [N, L] where labels are weighted: the row's weight times that of its class,
    /// of soft truth the mean of the classes' weights; null where all are equal.
    /// </summary>
    public Value? Weights()
    {
        if (target.ClassWeights is not { } classes)
        {
            return weight;
        }

        Value ofClass = target.Task switch
        {
            LearningTask.Classification when isSoft => graph.ReduceSum(graph.Mul(truth, Constant(graph, classes)), keepDims: false, 1),
            LearningTask.Classification => graph.Node("Gather", [Constant(graph, classes), truth]),
            LearningTask.Binary => Between(graph.Scalar(classes[0], DType.Float), graph.Scalar(classes[1], DType.Float)),
            _ => Between(graph.Scalar(1, DType.Float), Constant(graph, classes)),
        };
        return weight is null ? ofClass : graph.Mul(ofClass, ofClass.Rank == 2 ? graph.Unsqueeze(weight, 1) : weight);
    }

    /// <summary>Numbers [N, outputs] in the shape of the scores.</summary>
    public Value Scored(Value numbers) => Scored(graph, target, numbers);

    /// <summary>A number for each output: a scalar where there is one.</summary>
    public static Value Constant(GraphBuilder graph, IReadOnlyList<float> values) =>
        values.Count == 1 ? graph.Scalar(values[0], DType.Float) : graph.Constant(Tensor.Vector<float>([.. values]));

    private static Value Scored(GraphBuilder graph, TargetSpec target, Value numbers) =>
        target.Task != LearningTask.Classification && target.Outputs == 1 ? graph.Squeeze(numbers, 1) : numbers;

    // a at a share of 0, b at a share of 1.
    private Value Between(Value a, Value b) => graph.Add(a, graph.Mul(Shares, graph.Sub(b, a)));
}
