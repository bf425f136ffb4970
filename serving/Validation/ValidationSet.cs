using Anneal.Onnx.Formats;
using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Validation;

/// <summary>The rows that a model is validated on.</summary>
/// <param name="Task">What the model answers.</param>
/// <param name="Feeds">By input name: all rows, raw, the first dimension being rows.</param>
/// <param name="Reference">By output name: the trainer's own answers for all rows; empty when there are none.</param>
/// <param name="Truth">Class indices [N] int64, labels [N, L] float of 0 and 1, or targets [N] or [N, K] float; null when they are not known.</param>
public sealed record ValidationSet(
    ModelTask Task,
    IReadOnlyDictionary<string, Tensor> Feeds,
    IReadOnlyDictionary<string, Tensor> Reference,
    Tensor? Truth)
{
    /// <summary>The number of rows.</summary>
    public int Rows => Feeds.Values.FirstOrDefault() is { Rank: > 0 } feed ? feed.Shape[0] : 0;

    /// <summary>The probability from which on a row is decided to be of class 1, or to have a label.</summary>
    public float Threshold { get; init; } = Decisions.Threshold;

    /// <summary>The names of classes or labels, by index; empty where they have none.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>The settings of the metrics.</summary>
    public MetricOptions Metrics { get; init; } = new();

    /// <summary>The metric that the loss in training equals; null where the answers do not tell the loss.</summary>
    public string? LossMetric { get; init; }

    /// <summary>Rows per run of each pass over the set; 0 for all rows in one.</summary>
    public IReadOnlyList<int> Batches { get; init; } = [1, 7, 64, 0];

    /// <summary>Single rows by input name, in the order given.</summary>
    /// <param name="rows">Their numbers.</param>
    /// <returns>Tensors in memory of their own.</returns>
    public IReadOnlyDictionary<string, Tensor> FeedsOf(int[] rows) =>
        Feeds.ToDictionary(f => f.Key, f => f.Value.Take(rows), StringComparer.Ordinal);
}
