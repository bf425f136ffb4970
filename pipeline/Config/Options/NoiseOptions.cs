using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("noise", "adds a normal random number to each pixel, or to each number of a table")]
internal sealed record NoiseOptions : AugmentOptions
{
    [Key("std", "its standard deviation: a share of 255 of bytes, in the unit of scaled numbers of anything else", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public required double Std { get; init; }
}
