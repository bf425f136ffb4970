using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("shift", "moves an image by a random number of pixels, up to a limit in each direction")]
internal sealed record ShiftOptions : AugmentOptions
{
    [Key("pixels", "the largest distance, in pixels", IsPrimary = true)]
    [Range(1, 65536)]
    public required int Pixels { get; init; }

    [Key("subpixel", "whether the distance may be a fraction, rather than whole pixels")]
    public bool Subpixel { get; init; }

    [Key("fill", "what the pixels left empty become: zero, the nearest pixel, or the image mirrored")]
    public FillKind Fill { get; init; } = FillKind.Zero;
}
