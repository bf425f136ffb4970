using Anneal.Onnx.Formats;

namespace Anneal.Onnx.Metrics;

/// <summary>A figure that tells how good a model's answers are.</summary>
/// <param name="Name">Its name in configurations and reports.</param>
/// <param name="HigherIsBetter">Whether larger values are better.</param>
/// <param name="IsHeadline">Whether it is shown where there is room for few.</param>
/// <param name="Of">Its value; NaN where it is not defined.</param>
/// <param name="Tasks">The tasks that have it.</param>
public sealed record Metric(string Name, bool HigherIsBetter, bool IsHeadline, Func<Answers, double> Of, params IReadOnlyList<ModelTask> Tasks);
