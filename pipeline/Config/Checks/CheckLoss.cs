using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;
using Anneal.Trainer.Losses;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>The loss is one for the task, and what only some tasks have is asked for by those.</summary>
internal sealed class CheckLoss : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "data", "loss", "metrics", "export"];

    public void Check(CheckContext context)
    {
        PipelineOptions options = context.Options;
        LearningTask task = Targets.TaskOf(options.Task);
        Loss loss = Targets.LossOf(options.Loss!);
        if (!loss.Tasks.Contains(task))
        {
            context.Error("loss", $"is not for a {Name(task)} task, but for: {string.Join(", ", loss.Tasks.Select(Name))}");
        }

        if (options.Loss is FocalOptions { Alpha: not null } && task == LearningTask.Classification)
        {
            context.Error("loss.focal.alpha", "has no use here: several classes are weighted by 'class_weights'");
        }

        if (options.Loss is ClassLossOptions { ClassWeights: not { Count: 0 } } && task == LearningTask.Regression)
        {
            context.Error("loss", "has no use for 'class_weights' here: a regression has no classes");
        }

        if (options.Metrics.TopK is not null && task != LearningTask.Classification)
        {
            context.Error("metrics.top_k", "has no use here: only a classification has several classes to choose from");
        }

        if (options.Export.Threshold != new ExportOptions().Threshold && task is not (LearningTask.Binary or LearningTask.Multilabel))
        {
            context.Error("export.threshold", "has no use here: only the probability of one of two classes, or of a label, has a threshold");
        }

        if (options.Data.Positive is not null && task != LearningTask.Binary)
        {
            context.Error("data.positive", "has no use here: only a binary task has a positive class");
        }
    }

    private static string Name(LearningTask task) => task.ToString().ToLowerInvariant();
}
