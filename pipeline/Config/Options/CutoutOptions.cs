using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("cutout", "sets a square at a random place to one value")]
internal sealed record CutoutOptions : AugmentOptions
{
    [Key("size", "the square's side, in pixels", IsPrimary = true)]
    [Range(1, 65536)]
    public required int Size { get; init; }

    [Key("value", "the value: of bytes from 0 to 255, of floats as they are after 'normalize'")]
    public double Value { get; init; }
}
