using Anneal.Onnx.Formats;
using Anneal.Onnx.Metrics;
using Anneal.Trainer.Losses;

namespace Anneal.Trainer.Models;

/// <summary>What a model is trained towards, and by what it is judged.</summary>
/// <param name="Task">The task.</param>
/// <param name="Outputs">The width of the last layer: the number of classes, 1 for two classes, the number of labels or of numbers to predict.</param>
public sealed record TargetSpec(LearningTask Task, int Outputs)
{
    private readonly Loss? _loss;

    /// <summary>What training makes small; the task's own where none is given.</summary>
    public Loss Loss
    {
        get => _loss ?? Loss.Of(Task);
        init => _loss = value;
    }

    /// <summary>Regression: the mean of each training target, in its unit.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [0];

    /// <summary>Regression: the standard deviation of each training target, in its unit.</summary>
    public IReadOnlyList<float> Deviation { get; init; } = [1];

    /// <summary>The weight of each class, two of them in a binary task; of the positive rows of each label; null where all are 1.</summary>
    public IReadOnlyList<float>? ClassWeights { get; init; }

    /// <summary>Whether each row has a weight: the graphs' input <c>weight</c>.</summary>
    public bool IsWeighted { get; init; }

    /// <summary>Whether the step's target is made of probabilities: float [N, C] of classes, float [N] of two. Labels always are; evaluation never is.</summary>
    public bool IsSoft { get; init; }

    /// <summary>The probability from which on a row is decided to be of class 1, or to have a label.</summary>
    public float Threshold { get; init; } = 0.5f;

    /// <summary>What the logits are divided by before they become probabilities, so that these say how often the model is right; 1 as trained.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The settings of the metrics.</summary>
    public MetricOptions Metrics { get; init; } = new();

    /// <summary>The metric by which epochs are compared where none is named.</summary>
    public string BestMetric => Task is LearningTask.Classification or LearningTask.Binary ? MetricTable.Accuracy : MetricTable.Loss;

    /// <summary>The metric that the loss equals, so that a model's answers tell it; null where they do not.</summary>
    public string? LossMetric => Loss.IsLogLoss && ClassWeights is null && !IsWeighted ? MetricTable.LogLoss : null;

    /// <summary>The task of a model that is trained towards this.</summary>
    public ModelTask Answers => Task switch
    {
        LearningTask.Classification => ModelTask.Classification,
        LearningTask.Binary => ModelTask.Binary,
        LearningTask.Multilabel => ModelTask.Multilabel,
        _ => ModelTask.Regression,
    };
}
