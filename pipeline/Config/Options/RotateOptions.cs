using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("rotate", "turns an image about its centre by a random angle")]
internal sealed record RotateOptions : AugmentOptions
{
    [Key("degrees", "the largest angle, either way", IsPrimary = true)]
    [Range(0, 180, ExcludesMin = true)]
    public required double Degrees { get; init; }

    [Key("fill", "what the pixels left empty become: zero, the nearest pixel, or the image mirrored")]
    public FillKind Fill { get; init; } = FillKind.Zero;
}
