using System.Text.Json;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Plan;
using Anneal.Pipeline.Runs;

namespace Anneal.Pipeline.Stages;

/// <summary>Writes the exported model in other forms, each only if it holds against the float model.</summary>
internal sealed class VariantsStage : IStage
{
    /// <summary>The file with the records.</summary>
    public const string FileName = "variants.json";

    public string Name => "variants";

    public IReadOnlyDictionary<string, string> Inputs(RunContext context) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["options"] = context.Config.KeyText("export.variants"),
        ["model"] = StageKey.OfModel(context.Folder.ModelPath),
        ["release"] = CodeVersion.Release,
    };

    public bool IsThere(RunContext context) => Read(context) is { } all && all.All(v => v.File is null || File.Exists(context.Folder.File(v.File)));

    public string Run(RunContext context)
    {
        Model model = ModelReader.Read(context.Folder.ModelPath);
        using var trial = new VariantTrial(context, model);
        var records = new List<VariantRecord>();
        foreach (VariantOptions options in context.Options.Export.Variants)
        {
            context.Cancel.ThrowIfCancellationRequested();
            VariantRecord record = trial.Run(options);
            records.Add(record);
            if (!record.Shipped)
            {
                context.Warn($"variant {record.Name} {record.Summary}");
            }
        }

        context.Folder.Write(FileName, JsonSerializer.Serialize([.. records], RunJson.Default.VariantRecordArray) + "\n");
        return string.Join("; ", records.Select(r => $"{r.Name} {(r.Shipped ? "shipped" : "not shipped")}{(r.Attempts[^1].KeptFloat.Count is > 0 and int kept ? FormattableString.Invariant($" with {kept} layers in float") : "")}"));
    }

    /// <summary>What the stage found; null where it did not run.</summary>
    public static IReadOnlyList<VariantRecord>? Read(RunContext context) => File.Exists(context.Folder.File(FileName))
        ? JsonSerializer.Deserialize(File.ReadAllText(context.Folder.File(FileName)), RunJson.Default.VariantRecordArray)
        : null;
}
