using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config;

/// <summary>The metrics each task reports.</summary>
internal static class TaskMetrics
{
    public static IReadOnlyList<string> Of(TaskKind task) => task == TaskKind.Classification ? ["loss", "accuracy"] : ["loss", "mae", "rmse", "r2"];
}
