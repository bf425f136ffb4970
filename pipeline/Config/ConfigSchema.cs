using System.Text.Json;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config;

/// <summary>The JSON Schema of pipelines.yaml.</summary>
internal static class ConfigSchema
{
    private static readonly JsonSerializerOptions s_indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string ToJson() => JsonSchemaBuilder.Build(typeof(PipelinesFile)).ToJsonString(s_indented);
}
