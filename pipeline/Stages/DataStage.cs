using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Plan;

namespace Anneal.Pipeline.Stages;

/// <summary>Loads and splits the rows and fits the preprocessing.</summary>
internal sealed class DataStage : IStage
{
    public string Name => "data";

    public IReadOnlyDictionary<string, string> Inputs(RunContext context) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["code"] = CodeVersion.Key,
        ["options"] = context.Config.KeyText("task", "seed", "data", "export.labels"),
        ["files"] = string.Join("\n", context.FileHashes),
    };

    // Its result lives in memory: whoever needs it loads it.
    public bool IsThere(RunContext context) => true;

    public string Run(RunContext context)
    {
        LoadedData data = context.Data;
        foreach (string warning in data.Warnings)
        {
            context.Warn(warning);
        }

        if (context.Options.Model is ImportOptions)
        {
            string first = StagePlan.Fits(context.Config)[0];
            foreach (string note in ImportedModels.Notes(context.Config, context.Fit(first).Data, data.AnswerNames))
            {
                context.Output.Line($"import   {note}");
            }
        }

        foreach (string fit in StagePlan.Fits(context.Config).Where((f, i) => f != StagePlan.Final && (i == 0 || StagePlan.SeedOf(f) is null)))
        {
            foreach (string warning in context.Fit(fit).Data.Warnings)
            {
                context.Warn(StagePlan.InFit(fit, warning));
            }
        }

        return data.Summary;
    }
}
