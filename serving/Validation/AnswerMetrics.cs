using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>The metrics of a model's answers, and the loss where it is one of them.</summary>
internal static class AnswerMetrics
{
    /// <summary>The answers with the truth; null when that is not known.</summary>
    public static Answers? Judge(ValidationSet set, IReadOnlyDictionary<string, Tensor> answers)
    {
        if (set.Truth is not { } truth)
        {
            return null;
        }

        return truth.Rank == 0 || truth.Shape[0] != set.Rows
            ? throw AnnealException.BadData($"the truth is {truth}, expected one value for each of {set.Rows} rows")
            : new Answers(set.Task, answers, truth, set.Metrics);
    }

    public static IReadOnlyDictionary<string, double> Compute(ValidationSet set, Answers? judged)
    {
        if (judged is null)
        {
            return new Dictionary<string, double>();
        }

        SortedDictionary<string, double> metrics = MetricTable.Compute(judged);
        if (set.LossMetric is { } metric)
        {
            metrics[MetricTable.Loss] = metrics[metric];
        }

        return metrics;
    }
}
