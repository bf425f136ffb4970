using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("crop", "cuts a random rectangle out of the padded image and brings it to the image's size")]
internal sealed record CropOptions : AugmentOptions
{
    [Key("padding", "pixels added on each side", IsPrimary = true)]
    [Range(0, 65536)]
    public int Padding { get; init; }

    [Key("min_area", "the rectangle's least share of the image's area; the largest is 1")]
    [Range(0, 1, ExcludesMin = true)]
    public double MinArea { get; init; } = 1;

    [Key("max_ratio", "how much wider than high, or higher than wide, it can be in proportion to the image")]
    [Range(1, 10)]
    public double MaxRatio { get; init; } = 1;

    [Key("fill", "what the padding holds: zero, the nearest pixel, or the image mirrored")]
    public FillKind Fill { get; init; } = FillKind.Zero;
}
