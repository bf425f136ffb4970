using System.Globalization;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Runs;

namespace Anneal.Pipeline.Stages;

/// <summary>The stages of a run, each with those whose results it takes.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Before">The names of the stages that its key follows from.</param>
internal sealed record StagePlan(IStage Stage, IReadOnlyList<string> Before)
{
    /// <summary>The name of the fit on all rows but the test's.</summary>
    public const string Final = "final";

    /// <summary>The name of the training that learns from an ensemble.</summary>
    public const string Student = "student";

    private const string FoldPrefix = "folds/";
    private const string MemberPrefix = "members/";

    /// <summary>The trainings of a pipeline, in order: one without a name, or its folds and what <c>final</c> adds, or an ensemble's members; the student is none of them.</summary>
    public static IReadOnlyList<string> Fits(LoadedConfig config)
    {
        if (config.Options.Ensemble is { Members: SeedsOptions { Count: var count } })
        {
            return [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{MemberPrefix}{config.Options.Seed + i}"))];
        }

        IReadOnlyList<string> folds = Splits.Of(config.Options.Data.Split).FoldNames;
        bool hasFinal = config.Options.Final is not null;
        return folds.Count == 1 && !hasFinal ? [""] : [.. folds.Select(FitOf), .. hasFinal ? (string[])[Final] : []];
    }

    /// <summary>Whether there are several folds, or one and a final fit.</summary>
    public static bool HasFolds(LoadedConfig config) => FoldOf(Fits(config)[0]) is not null;

    /// <summary>The training whose data, curves and, where there is no ensemble, weights are exported.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="choice">What the folds chose; null where there are none.</param>
    public static string ExportedOf(LoadedConfig config, FoldChoice? choice) => config.Options.Ensemble is { Distill: not null } ? Student : TaughtOf(config, choice);

    /// <summary>The training that is exported where no student takes its place.</summary>
    public static string TaughtOf(LoadedConfig config, FoldChoice? choice) => Fits(config) is [.., Final] ? Final
        : HasFolds(config) ? FitOf(choice!.Best)
        : Fits(config)[0];

    /// <summary>The seed of a training where it is one of several that differ in it; null otherwise.</summary>
    public static ulong? SeedOf(string fit) => fit.StartsWith(MemberPrefix, StringComparison.Ordinal) ? ulong.Parse(fit[MemberPrefix.Length..], CultureInfo.InvariantCulture) : null;

    /// <summary>The fold's name where a training is one of several; null otherwise.</summary>
    public static string? FoldOf(string fit) => fit.StartsWith(FoldPrefix, StringComparison.Ordinal) ? fit[FoldPrefix.Length..] : null;

    /// <summary>The training of a fold.</summary>
    public static string FitOf(string fold) => FoldPrefix + fold;

    /// <summary>A stage's name in a training.</summary>
    public static string NameOf(string fit, string stage) => fit.Length == 0 ? stage : $"{fit}/{stage}";

    /// <summary>A text that says which training it is about.</summary>
    public static string InFit(string fit, string text) => fit.Length == 0 ? text : $"{fit}: {text}";

    /// <summary>All stages of a pipeline, in the order in which they run.</summary>
    public static IReadOnlyList<StagePlan> Of(LoadedConfig config)
    {
        IReadOnlyList<string> fits = Fits(config);
        var data = new DataStage();
        var plan = new List<StagePlan> { new(data, []) };
        if (config.Options.Preflight is not null)
        {
            plan.Add(new StagePlan(new PreflightStage(), [data.Name]));
        }

        foreach (string fit in fits.Where(f => f != Final))
        {
            AddFit(fit, [data.Name], []);
        }

        if (HasFolds(config))
        {
            var folds = new FoldsStage();
            plan.Add(new StagePlan(folds, Averages()));
            if (fits[^1] == Final)
            {
                AddFit(Final, [data.Name], [folds.Name]);
            }
        }

        if (config.Options.Ensemble is { } options)
        {
            var ensemble = new EnsembleStage();
            plan.Add(new StagePlan(ensemble, [plan[^1].Stage.Name, .. Averages()]));
            if (options.Distill is not null)
            {
                AddFit(Student, [data.Name, ensemble.Name], []);
            }
        }

        var export = new ExportStage();
        plan.Add(new StagePlan(export, [plan[^1].Stage.Name]));
        var validate = new ValidateStage();
        plan.Add(new StagePlan(validate, [export.Name]));
        string last = validate.Name;
        if (config.Options.Export.Variants.Count > 0)
        {
            var variants = new VariantsStage();
            plan.Add(new StagePlan(variants, [validate.Name]));
            last = variants.Name;
        }

        plan.Add(new StagePlan(new ReportStage(), [last]));
        return plan;

        string[] Averages() => [.. plan.Select(s => s.Stage).OfType<AverageStage>().Select(s => s.Name)];

        void AddFit(string fit, IReadOnlyList<string> beforeTraining, IReadOnlyList<string> beforeAverage)
        {
            var train = new TrainStage(fit);
            plan.Add(new StagePlan(train, beforeTraining));
            string[] trainings = [train.Name];
            if (config.Options.Average?.Candidates.OfType<SwaOptions>().Any() == true)
            {
                var swa = new SwaStage(fit);
                plan.Add(new StagePlan(swa, [train.Name, .. beforeAverage]));
                trainings = [train.Name, swa.Name];
            }

            plan.Add(new StagePlan(new AverageStage(fit), [.. trainings, .. beforeAverage]));
        }
    }
}
