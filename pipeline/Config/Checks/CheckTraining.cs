using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>Early stopping and the choice of the best have a metric.</summary>
internal sealed class CheckTraining : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "data", "metrics", "train"];

    public void Check(CheckContext context)
    {
        if (context.Options.Train.EarlyStopping is EarlyStoppingOptions stopping)
        {
            string[] known = [.. TaskMetrics.WhileTraining(context.Options.Task).Select(m => $"train.{m}"), .. CheckGates.Known(context, "validation")];
            CheckGates.CheckMetric(context, "train.early_stopping.metric", stopping.Metric, known, isKey: false);
        }

        if (context.Options.Metrics.Best is { } best)
        {
            CheckGates.CheckMetric(context, "metrics.best", best, CheckGates.Known(context, "validation"), isKey: false);
        }
    }
}
