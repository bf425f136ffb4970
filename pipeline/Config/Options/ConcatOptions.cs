using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("concat", "branches whose outputs are joined along the channels of images, the last axis of anything else")]
[Bare]
internal sealed record ConcatOptions : LayerOptions
{
    [Key("concat", "layers of each branch, by the branch's name")]
    public required IReadOnlyDictionary<string, IReadOnlyList<LayerOptions>> Branches { get; init; }
}
