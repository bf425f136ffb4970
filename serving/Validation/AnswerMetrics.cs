using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>The metrics of a model's answers, and the loss where it is one of them.</summary>
internal static class AnswerMetrics
{
    public static IReadOnlyDictionary<string, double> Compute(ValidationSet set, IReadOnlyDictionary<string, Tensor> answers)
    {
        if (set.Truth is not { } truth)
        {
            return new Dictionary<string, double>();
        }

        if (truth.Rank == 0 || truth.Shape[0] != set.Rows)
        {
            throw AnnealException.BadData($"the truth is {truth}, expected one value for each of {set.Rows} rows");
        }

        SortedDictionary<string, double> metrics = MetricTable.Compute(new Answers(set.Task, answers, truth, set.Metrics));
        if (set.LossMetric is { } metric)
        {
            metrics[MetricTable.Loss] = metrics[metric];
        }

        return metrics;
    }
}
