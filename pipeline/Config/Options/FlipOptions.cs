using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("flip", "mirrors an image with probability 1/2")]
internal sealed record FlipOptions : AugmentOptions
{
    [Key("axis", "horizontal swaps left and right, vertical top and bottom", IsPrimary = true)]
    public FlipKind Axis { get; init; } = FlipKind.Horizontal;
}
