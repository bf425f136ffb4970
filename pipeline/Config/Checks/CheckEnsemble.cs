using System.Globalization;
using Anneal.Onnx.Formats;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>The ensemble's members are there, their answers can be combined, their rows can be seen as asked, and a student can learn from them.</summary>
internal sealed class CheckEnsemble : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "data", "augment", "metrics", "train", "ensemble", "final", "export"];

    public void Check(CheckContext context)
    {
        if (context.Options.Ensemble is not { } ensemble)
        {
            return;
        }

        if (ensemble is { Members: null, Views: null, Distill: null })
        {
            context.Error("ensemble", "is of one model that looks at a row once: needs 'members', 'views' or 'distill'");
        }

        CheckMembers(context, ensemble.Members);
        CheckCombine(context, ensemble);
        CheckViews(context, ensemble);
        CheckDistill(context, ensemble.Distill);
    }

    private static void CheckMembers(CheckContext context, MembersOptions? members)
    {
        bool hasFolds = Splits.Of(context.Options.Data.Split).FoldNames.Count > 1;
        if (members is FoldMembersOptions && !hasFolds)
        {
            context.Error("ensemble.members", "'data.split' makes no folds. hint: split: {kfold: 5}");
        }
        else if (members is not (null or FoldMembersOptions) && hasFolds)
        {
            context.Error("ensemble.members", "'data.split' makes folds, whose models are the members. hint: members: folds");
        }

        if (members is not null && context.Options.Final is not null)
        {
            context.Error("final", "has no use here: the ensemble is exported, and not a final fit");
        }

        switch (members)
        {
            case SnapshotsOptions snapshots:
                CheckSnapshots(context, snapshots);
                break;
            case RunsOptions runs:
                CheckRuns(context, runs);
                break;
        }
    }

    private static void CheckSnapshots(CheckContext context, SnapshotsOptions snapshots)
    {
        int cycles = Candidates.CycleEnds(context.Options.Train).Count;
        int needed = snapshots.Last ?? 2;
        if (cycles < needed)
        {
            context.Error("ensemble.members.snapshots", string.Create(
                CultureInfo.InvariantCulture, $"needs {needed} cycles of whole epochs without a warm-up, and the schedule has {cycles}. hint: schedule: {{warm_restarts: {{period: 5}}}}"));
        }

        if (context.Options.Train.EarlyStopping is not null)
        {
            context.Error("ensemble.members.snapshots", "'train.early_stopping' may end the training before its cycles");
        }
    }

    private static void CheckRuns(CheckContext context, RunsOptions runs)
    {
        const string Path = "ensemble.members.runs";
        if (runs.Paths.Count == 0)
        {
            context.Error(Path + ".paths", "needs at least one run");
        }

        CheckAverage.CheckRuns(context, Path + ".paths", runs.Paths, "model.onnx");
        if (runs.Top > runs.Paths.Count + 1)
        {
            context.Error(Path + ".top", string.Create(CultureInfo.InvariantCulture, $"there are {runs.Paths.Count + 1} models, this run's among them"));
        }

        if (runs.Top is not null && !context.HasValidationRows)
        {
            context.Error(Path + ".top", "the best are chosen on validation rows, and 'data.split' holds none out");
        }
    }

    private static void CheckCombine(CheckContext context, EnsembleOptions ensemble)
    {
        const string Path = "ensemble.combine";
        if (ensemble.Combine is CombineKind.MeanLogits or CombineKind.MajorityVote && context.Options.Task == TaskKind.Regression)
        {
            context.Error(Path, "is of classes, and this is a regression. hint: mean_probabilities, which is the mean of the numbers, or weighted");
        }

        if (ensemble.Combine == CombineKind.MajorityVote && context.Options.Export.Threshold != new ExportOptions().Threshold)
        {
            context.Error("export.threshold", "has no use here: a vote is decided by more than half of the members");
        }

        if (ensemble.Combine == CombineKind.Weighted && (ensemble.Members is null or FoldMembersOptions || !context.HasValidationRows))
        {
            string reason = ensemble.Members is null ? "there is one member"
                : ensemble.Members is FoldMembersOptions ? "every row was trained on by some of the folds"
                : "'data.split' holds none out";
            context.Error(Path, $"weights are fitted on rows that no member was trained on, and {reason}");
        }
    }

    private static void CheckViews(CheckContext context, EnsembleOptions ensemble)
    {
        if (ensemble.Views is null)
        {
            return;
        }

        ArrayHeader? header = context.Options.Data.Train is CsvOptions ? null : InputHeader.Of(context);
        if (context.Options.Data.Train is CsvOptions || header is { Shape.Count: not (3 or 4) })
        {
            context.Error("ensemble.views", "rows have no mirror image: they are not images of [height, width] or [channels, height, width]");
        }
    }

    private static void CheckDistill(CheckContext context, DistillOptions? distill)
    {
        if (distill is null)
        {
            return;
        }

        for (int i = 0; i < (context.Options.Augment ?? []).Count; i++)
        {
            if (AugmentSettings.IsMix(context.Options.Augment![i]))
            {
                context.KeyError(string.Create(CultureInfo.InvariantCulture, $"augment.{i}"), "cannot mix rows here: a teacher has answered each of them, and not their mixture");
            }
        }

        if (context.Options.Task == TaskKind.Regression && context.IsGiven("ensemble.distill.temperature"))
        {
            context.KeyError("ensemble.distill.temperature", "has no use here: numbers have no temperature");
        }
    }
}
