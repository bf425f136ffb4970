using Anneal.Onnx.Formats;

namespace Anneal.Onnx.Metrics;

/// <summary>The metrics there are.</summary>
public static class MetricTable
{
    /// <summary>The name of the loss, which is no metric of answers: it depends on how the model is trained.</summary>
    public const string Loss = "loss";

    /// <summary>The name of the share of rows that are answered rightly.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>The name of the mean of -log of the true class's probability.</summary>
    public const string LogLoss = "log_loss";

    /// <summary>The name of the share of rows whose true class is among the k most probable.</summary>
    public const string TopK = "top_k";

    private const ModelTask Classification = ModelTask.Classification;
    private const ModelTask Binary = ModelTask.Binary;
    private const ModelTask Multilabel = ModelTask.Multilabel;
    private const ModelTask Regression = ModelTask.Regression;

    /// <summary>The metrics, in the order of their names.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        new(Accuracy, true, true, DecisionMetrics.Accuracy, Classification, Binary, Multilabel),
        new("auc", true, false, ProbabilityMetrics.Auc, Classification, Binary, Multilabel),
        new("ece", false, false, a => CalibrationBin.Error(a.Calibration), Classification, Binary, Multilabel),
        new("f1", true, false, a => DecisionMetrics.Macro(a, f => f.F1), Classification, Binary, Multilabel),
        new("hamming_loss", false, true, DecisionMetrics.HammingLoss, Multilabel),
        new(LogLoss, false, false, ProbabilityMetrics.LogLoss, Classification, Binary, Multilabel),
        new("mae", false, true, ErrorMetrics.Mae, Regression),
        new("precision", true, false, a => DecisionMetrics.Macro(a, f => f.Precision), Classification, Binary, Multilabel),
        new("r2", true, true, ErrorMetrics.R2, Regression),
        new("recall", true, false, a => DecisionMetrics.Macro(a, f => f.Recall), Classification, Binary, Multilabel),
        new("rmse", false, true, ErrorMetrics.Rmse, Regression),
        new(TopK, true, true, ProbabilityMetrics.TopK, Classification),
    ];

    /// <summary>The metrics of a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="options">The settings.</param>
    /// <returns>The metrics in the order of their names.</returns>
    public static IReadOnlyList<Metric> Of(ModelTask task, MetricOptions options) =>
        [.. All.Where(m => m.Tasks.Contains(task) && (m.Name != TopK || options.TopK is not null))];

    /// <summary>Whether larger values of a metric are better.</summary>
    /// <param name="name">The metric's name, or that of the loss.</param>
    /// <returns>False for losses and errors.</returns>
    public static bool HigherIsBetter(string name) => All.Any(m => m.Name == name && m.HigherIsBetter);

    /// <summary>Whether a metric is shown where there is room for few.</summary>
    /// <param name="name">The metric's name, or that of the loss.</param>
    /// <returns>True for the loss.</returns>
    public static bool IsHeadline(string name) => name == Loss || All.Any(m => m.Name == name && m.IsHeadline);

    /// <summary>Every metric of the answers.</summary>
    /// <param name="answers">The answers.</param>
    /// <returns>Values by name, in the order of the names.</returns>
    public static SortedDictionary<string, double> Compute(Answers answers)
    {
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (Metric metric in Of(answers.Task, answers.Options))
        {
            values.Add(metric.Name, metric.Of(answers));
        }

        return values;
    }
}
