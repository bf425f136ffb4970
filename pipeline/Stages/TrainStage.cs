using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Report;
using Anneal.Pipeline.Report.TensorBoard;
using Anneal.Serving;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;
using Anneal.Trainer.Monitors;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Stages;

/// <summary>Trains, from the newest checkpoint where there is one.</summary>
/// <param name="fit">The training's name.</param>
internal sealed class TrainStage(string fit) : ITraining
{
    public string Name => StagePlan.NameOf(fit, "train");

    public string? Fold => StagePlan.FoldOf(fit);

    /// <summary>The training's name.</summary>
    public string FitName => fit;

    public IReadOnlyDictionary<string, string> Inputs(RunContext context)
    {
        var inputs = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["options"] = context.Config.KeyText("augment", "model", "loss", "metrics", "train", "export.threshold"),
            ["engine"] = context.Engine,
        };
        if (StagePlan.SeedOf(fit) is { } seed)
        {
            inputs["seed"] = seed.ToString(CultureInfo.InvariantCulture);
        }

        if (fit == StagePlan.Student)
        {
            inputs["student"] = context.Config.KeyText("ensemble.distill");
        }

        if (Candidates.Decays(context.Options) is { Count: > 0 } decays)
        {
            inputs["moving averages"] = string.Join(' ', decays.Select(d => d.ToString("R", CultureInfo.InvariantCulture)));
        }

        if (SnapshotsOf(context) is { Count: > 0 } snapshots)
        {
            inputs["snapshots"] = string.Join(' ', snapshots);
        }

        if (fit == StagePlan.Final)
        {
            inputs["epochs"] = context.Choice!.Epochs.ToString(CultureInfo.InvariantCulture);
        }

        return inputs;
    }

    public bool IsThere(RunContext context) => context.Fit(fit).Checkpoints.Steps.Count > 0;

    /// <summary>Deletes the checkpoints of a training with other settings.</summary>
    public void Restart(RunContext context) => context.Fit(fit).Checkpoints.Clear();

    public string Run(RunContext context)
    {
        context.Folds.Remove(Fold ?? "");
        Fit training = context.Fit(fit);
        TrainingGraphs graphs = training.Graphs;
        ModelWriter.Write(graphs.Step, training.File("step.onnx"));
        if (graphs.Optimizer is UpdateRule)
        {
            ModelWriter.Write(TrainingModel.Of(graphs), training.File("training.onnx"));
        }

        using var log = new MetricsLog(training.File(MetricsLog.FileName), context.Options.Train.LogEvery);
        using var looks = new MonitorLog(training.File(MonitorLog.FileName));
        using TensorBoardLog? board = TensorBoardOf(context, training);
        using Evaluator? evaluator = training.ValidationRows.Rows.Length > 0 ? new Evaluator(graphs, context.Runner, training.ValidationRows) : null;
        LoopOptions options = TrainingOptions.LoopOf(context.Config, training.Phases);
        if (training.Config.Options.Model is ImportOptions { Continue: true })
        {
            (IReadOnlyDictionary<string, Tensor> state, long steps) = TrainingModel.StateIn(training.Data.Whole!.Source, graphs);
            options = options with { Begin = state, StepsBefore = steps / context.Options.Train.Accumulate };
        }

        var loop = new TrainingLoop(
            graphs,
            context.Runner,
            training.TrainRows,
            evaluator,
            (fit == StagePlan.Final ? options.Until(context.Choice!.Epochs) : options) with
            {
                Seed = training.Seed,
                AugmentWidth = training.AugmentWidth,
                Snapshots = SnapshotsOf(context),
            },
            training.Checkpoints,
            new Observers([log, looks, .. board is null ? (ILoopObserver[])[] : [board], context.Output.Progress, new FeedWarning(context.Warn)]))
        {
            ProbeOf = context.Options.Train.Monitor is null ? null : phase => new Probe(phase, context.Runner, training.TrainRows, (ulong)context.Options.Seed, training.ValidationRows),
        };
        LoopOutcome outcome;
        try
        {
            outcome = loop.Run(context.Cancel);
        }
        catch (AnnealException error) when (error.IsOutOfMemory)
        {
            throw BatchSizes.Explain(context, training, error);
        }

        if (context.Placement is { } placement)
        {
            context.Output.Line($"{Name,-8} on {context.Engine}: {Engines.Describe(placement)}");
            WarnOfFallback(context, "the training step", placement);
        }

        if (context.EvaluationPlacement is { } evaluation)
        {
            WarnOfFallback(context, "evaluation", evaluation);
        }

        ITraining.ThrowIfInterrupted(outcome, context);
        if (training.FiltersOf(outcome.Parameters) is { } filters)
        {
            board?.Add("weights/first layer", outcome.State.Step, filters);
        }

        EpochRecord last = outcome.State.History[^1];
        string validation = last.Validation.Count > 0 ? FormattableString.Invariant($", validation loss {last.Validation[Metrics.Loss]:0.0000}") : "";
        return FormattableString.Invariant($"{outcome.State.Epoch} epochs, {outcome.State.Step} steps, train loss {last.Train[Metrics.Loss]:0.0000}{validation}{SkippedOf(training)}");
    }

    private static void WarnOfFallback(RunContext context, string what, OrtPlacement placement)
    {
        if (placement.Fallback.Count > 0)
        {
            context.Warn(FormattableString.Invariant($"{placement.Fallback.Count} nodes of {what} fell back to the CPU: {string.Join(", ", placement.Fallback.Take(3))}"));
        }
    }

    private static string SkippedOf(Fit training) =>
        training.Graphs.Update.Scaling is not null && training.Checkpoints.Latest()?.Tensors is { } tensors
            ? FormattableString.Invariant($", {tensors[LossScaling.Skipped].Span<long>()[0]} steps skipped whose gradients overflowed, loss scale {tensors[LossScaling.Scale].Span<float>()[0]}")
            : "";

    private IReadOnlyList<int> SnapshotsOf(RunContext context) =>
        fit.Length == 0 && context.Options.Ensemble is { Members: SnapshotsOptions } ? Candidates.CycleEnds(context.Options.Train) : [];

    private static TensorBoardLog? TensorBoardOf(RunContext context, Fit training)
    {
        if (context.Options.Train.Monitor is not { TensorBoard: true })
        {
            return null;
        }

        string path = training.File("tensorboard/events.out.tfevents.anneal");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new TensorBoardLog(path, context.Options.Train.LogEvery, TimeProvider.System);
    }
}
