using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("embedding", "a trained vector for each whole number: ids [N, ...] become [N, ..., width]")]
internal sealed record EmbeddingOptions : LayerOptions
{
    [Key("vocabulary", "number of ids, which go from 0 to one less")]
    [Range(1, 16777216)]
    public required int Vocabulary { get; init; }

    [Key("width", "length of each vector")]
    [Range(1, 65536)]
    public required int Width { get; init; }

    [Key("init", "first values of the vectors; auto is lecun_normal, by the width")]
    public InitOptions Init { get; init; } = new();
}
