using Anneal.Onnx.Ir.Format;
using Anneal.Pipeline.Report;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>Trains, from the newest checkpoint where there is one.</summary>
internal sealed class TrainStage : IStage
{
    public string Name => "train";

    public IReadOnlyDictionary<string, string> Inputs(RunContext context) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["options"] = context.Config.KeyText("augment", "model", "loss", "metrics", "train", "export.threshold"),
    };

    public bool IsThere(RunContext context) => context.Checkpoints.Steps.Count > 0;

    public string Run(RunContext context)
    {
        TrainingGraphs graphs = context.Graphs;
        ModelWriter.Write(graphs.Step, context.Folder.File("step.onnx"));
        ModelWriter.Write(TrainingModel.Of(graphs), context.Folder.File("training.onnx"));
        using var log = new MetricsLog(context.Folder.File("metrics.jsonl"), context.Options.Train.LogEvery);
        using Evaluator? evaluator = context.ValidationRows.Rows.Length > 0 ? new Evaluator(graphs, context.Runner, context.ValidationRows) : null;
        var loop = new TrainingLoop(
            graphs,
            context.Runner,
            context.TrainRows,
            evaluator,
            TrainingOptions.LoopOf(context.Options) with { AugmentWidth = context.Data.Columns.Count > 0 ? context.Data.Fitted.Numbers : null },
            context.Checkpoints,
            new Observers(log, context.Output.Progress, new FeedWarning(context.Warn)));
        LoopOutcome outcome = loop.Run(context.Cancel);
        if (outcome.Interrupted)
        {
            throw new OperationCanceledException(FormattableString.Invariant(
                $"interrupted after step {outcome.State.Step}; the state is saved: go on with 'anneal resume {context.Folder.Path}'"));
        }

        EpochRecord last = outcome.State.History[^1];
        string validation = last.Validation.Count > 0 ? FormattableString.Invariant($", validation loss {last.Validation[Metrics.Loss]:0.0000}") : "";
        return FormattableString.Invariant($"{outcome.State.Epoch} epochs, {outcome.State.Step} steps, train loss {last.Train[Metrics.Loss]:0.0000}{validation}");
    }
}
