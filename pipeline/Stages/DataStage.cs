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
        PreparedData data = context.Data;
        foreach (string warning in data.Warnings)
        {
            context.Warn(warning);
        }

        return data.Summary;
    }
}
