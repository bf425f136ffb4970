using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("scale", "enlarges an image about its centre by a random factor; below 1 it shrinks")]
internal sealed record ScaleOptions : AugmentOptions
{
    [Key("min", "the least factor")]
    [Range(0.01, 100)]
    public required double Min { get; init; }

    [Key("max", "the largest factor")]
    [Range(0.01, 100)]
    public required double Max { get; init; }

    [Key("fill", "what the pixels left empty become: zero, the nearest pixel, or the image mirrored")]
    public FillKind Fill { get; init; } = FillKind.Zero;
}
