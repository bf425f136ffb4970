using Anneal.Onnx.Formats;
using Anneal.Onnx.Metrics;
using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config;

/// <summary>The metrics each task reports.</summary>
internal static class TaskMetrics
{
    /// <summary>The names: the loss first.</summary>
    public static IReadOnlyList<string> Of(PipelineOptions options) =>
        [MetricTable.Loss, .. MetricTable.Of(Enum.Parse<ModelTask>(options.Task.ToString()), SettingsOf(options.Metrics)).Select(m => m.Name)];

    /// <summary>The names of those that are known of an epoch's training rows while it runs.</summary>
    public static IReadOnlyList<string> WhileTraining(TaskKind task) =>
        task == TaskKind.Regression ? [MetricTable.Loss] : [MetricTable.Loss, MetricTable.Accuracy];

    /// <summary>The settings of the metrics.</summary>
    public static MetricOptions SettingsOf(MetricsOptions options) => new(options.TopK, options.Bins);
}
