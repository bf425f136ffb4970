using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>Early stopping and averaging have the metric, the rows and the checkpoints they need.</summary>
internal sealed class CheckTraining : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "data", "metrics", "train", "average"];

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

        IReadOnlyList<AverageOptions> candidates = context.Options.Average ?? [];
        CheckpointOptions checkpoint = context.Options.Train.Checkpoint;
        for (int i = 0; i < candidates.Count; i++)
        {
            if (candidates[i] is not LastKOptions { K: int k })
            {
                continue;
            }

            if (k > checkpoint.Keep)
            {
                context.Error($"average.{i}.last_k.k", $"needs {k} checkpoints, and 'train.checkpoint.keep' is {checkpoint.Keep}");
            }

            int made = context.Options.Train.AllEpochs() / checkpoint.EveryEpochs;
            if (k > made)
            {
                context.Error($"average.{i}.last_k.k", $"needs {k} checkpoints, and training makes {made}");
            }
        }

        if (!context.HasValidationRows && (candidates.Count > 1 || candidates.Any(c => c is BestOptions)))
        {
            context.Error("average", "the best is chosen on validation rows, and 'data.split' holds none out");
        }
    }
}
