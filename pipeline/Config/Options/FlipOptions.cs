using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("flip", "mirrors an image, half of the time")]
internal sealed record FlipOptions : AugmentOptions
{
    [Key("axis", "horizontal swaps left and right, vertical top and bottom", IsPrimary = true)]
    public FlipKind Axis { get; init; } = FlipKind.Horizontal;

    [Key("alternate", "whether an image is mirrored in every second epoch rather than by chance")]
    public bool Alternate { get; init; }

    [Key("p", "the share of images that are mirrored, or with 'alternate' of those that are so in the first epoch")]
    [Range(0, 1, ExcludesMin = true)]
    public override double P { get; init; } = 0.5;
}
