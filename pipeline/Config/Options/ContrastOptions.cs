using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("contrast", "multiplies the distance from the image's mean by a random factor")]
internal sealed record ContrastOptions : AugmentOptions
{
    [Key("range", "the factor lies from 1 - range to 1 + range", IsPrimary = true)]
    [Range(0, 1, ExcludesMin = true)]
    public required double Range { get; init; }
}
