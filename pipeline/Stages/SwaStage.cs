using System.Globalization;
using Anneal.Exporter;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Kernels;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Report;
using Anneal.Trainer.Loop;
using Anneal.Trainer.Models;

namespace Anneal.Pipeline.Stages;

/// <summary>Goes on from the weights that a training ended with, at a rate of its own, and averages what its epochs or cycles end with.</summary>
/// <param name="fit">The training's name.</param>
internal sealed class SwaStage(string fit) : ITraining
{
    private const string Folder = "swa";

    public string Name => StagePlan.NameOf(fit, "swa");

    public string? Fold => StagePlan.FoldOf(fit);

    public IReadOnlyDictionary<string, string> Inputs(RunContext context)
    {
        int index = IndexOf(context);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["options"] = context.Config.KeyText(string.Create(CultureInfo.InvariantCulture, $"average.candidates.{index}")),
            ["chosen"] = IsWanted(context) ? "yes" : "no",
        };
    }

    public bool IsThere(RunContext context) => !IsWanted(context) || File.Exists(context.Fit(fit).File(Candidates.SwaFile));

    public void Restart(RunContext context) => StoreOf(context.Fit(fit)).Clear();

    public string Run(RunContext context)
    {
        if (!IsWanted(context))
        {
            return $"left out: the folds chose {context.Choice!.Candidate}";
        }

        Fit training = context.Fit(fit);
        var swa = (SwaOptions)context.Options.Average!.Candidates[IndexOf(context)];
        PhaseOptions phase = context.Options.Train.AllPhases()[^1];
        TrainingGraphs graphs = training.SwaGraphs;
        CheckpointStore store = StoreOf(training);
        using var log = new MetricsLog(training.File(Path.Combine(Folder, MetricsLog.FileName)), context.Options.Train.LogEvery);
        int[] ends = [.. Enumerable.Range(1, swa.Epochs).Where(e => e % (swa.Cycle ?? 1) == 0)];
        var loop = new TrainingLoop(
            graphs,
            context.Runner,
            training.TrainRows,
            evaluator: null,
            new LoopOptions(
                CounterRandom.Key(training.Seed, Folder), phase.Rows(), swa.Epochs, TrainingOptions.ScheduleOf(swa, phase.Optimizer), null, CheckpointEvery: 1, KeepCheckpoints: 1)
            {
                Augment = AugmentSettings.Rows(context.Options),
                Mix = AugmentSettings.Mixes(context.Options),
                AugmentWidth = training.AugmentWidth,
                Snapshots = ends,
            },
            store,
            new Observers([log, context.Output.Progress]))
        {
            Start = training.EndedParameters,
        };
        LoopOutcome outcome = loop.Run(context.Cancel);
        ITraining.ThrowIfInterrupted(outcome, context);
        ModelWriter.Write(Model.Holding("swa", Averaging.Mean([.. ends.Select(store.LoadSnapshot)])), training.File(Candidates.SwaFile));
        return FormattableString.Invariant($"{swa.Epochs} epochs, the mean of {ends.Length} sets of weights, train loss {outcome.State.History[^1].Train[Metrics.Loss]:0.0000}");
    }

    // The final fit makes what the folds chose, and nothing else.
    private bool IsWanted(RunContext context) => fit != StagePlan.Final || context.Choice?.Candidate == Candidates.NameOf(context.Options.Average!.Candidates[IndexOf(context)]);

    private static int IndexOf(RunContext context) => context.Options.Average!.Candidates.ToList().FindIndex(c => c is SwaOptions);

    private static CheckpointStore StoreOf(Fit training) => new(training.File(Path.Combine(Folder, "checkpoints")));
}
