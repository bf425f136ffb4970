using Anneal.Pipeline.Config;

namespace Anneal.Pipeline.Stages;

/// <summary>The stages of a run, each with those whose results it takes.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Before">The names of the stages that its key follows from.</param>
internal sealed record StagePlan(IStage Stage, IReadOnlyList<string> Before)
{
    /// <summary>The name of the fit on all rows but the test's.</summary>
    public const string Final = "final";

    private const string FoldPrefix = "folds/";

    /// <summary>The trainings of a pipeline, in order: one without a name, or its folds and what <c>final</c> adds.</summary>
    public static IReadOnlyList<string> Fits(LoadedConfig config)
    {
        IReadOnlyList<string> folds = Splits.Of(config.Options.Data.Split).FoldNames;
        bool hasFinal = config.Options.Final is not null;
        return folds.Count == 1 && !hasFinal ? [""] : [.. folds.Select(FitOf), .. hasFinal ? (string[])[Final] : []];
    }

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
            AddFit(fit, []);
        }

        if (fits[0].Length > 0)
        {
            var folds = new FoldsStage();
            plan.Add(new StagePlan(folds, [.. plan.Select(s => s.Stage).OfType<AverageStage>().Select(s => s.Name)]));
            if (fits[^1] == Final)
            {
                AddFit(Final, [folds.Name]);
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

        void AddFit(string fit, IReadOnlyList<string> alsoBefore)
        {
            var train = new TrainStage(fit);
            plan.Add(new StagePlan(train, [data.Name]));
            plan.Add(new StagePlan(new AverageStage(fit), [train.Name, .. alsoBefore]));
        }
    }
}
