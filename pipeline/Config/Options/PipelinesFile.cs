using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>The whole file.</summary>
internal sealed record PipelinesFile
{
    [Key("version", "version of the file's format")]
    [Range(1, 1)]
    public required int Version { get; init; }

    [Key("pipelines", "the pipelines, by name; the first is the default")]
    public required IReadOnlyDictionary<string, PipelineOptions> Pipelines { get; init; }
}
