using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("reshape", "the same elements of each row under another shape")]
internal sealed record ReshapeOptions : LayerOptions
{
    [Key("sizes", "sizes behind the batch; one may be -1", IsPrimary = true)]
    [Range(-1, int.MaxValue)]
    public required IReadOnlyList<int> Sizes { get; init; }
}
