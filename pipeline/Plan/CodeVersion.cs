using System.Reflection;

namespace Anneal.Pipeline.Plan;

/// <summary>What code computed a result.</summary>
internal static class CodeVersion
{
    private static readonly Assembly[] s_assemblies =
    [
        typeof(Onnx.Ir.Graph).Assembly,
        typeof(Trainer.Models.Layer).Assembly,
        typeof(Exporter.Deployable).Assembly,
        typeof(CodeVersion).Assembly,
    ];

    /// <summary>The release and commit, for people and for metadata.</summary>
    public static string Release { get; } =
        typeof(CodeVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>The hash of the compiled code that results follow from: any change of it makes every stage run again.</summary>
    public static string Key { get; } = StageKey.Of([.. s_assemblies.Select(a => a.ManifestModule.ModuleVersionId.ToString())]);
}
