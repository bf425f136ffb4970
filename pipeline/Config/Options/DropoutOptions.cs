using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("dropout", "zeroes random elements in training and scales up the rest")]
internal sealed record DropoutOptions : LayerOptions
{
    [Key("rate", "fraction of the elements that is dropped", IsPrimary = true)]
    [Range(0, 1, ExcludesMax = true)]
    public required double Rate { get; init; }
}
