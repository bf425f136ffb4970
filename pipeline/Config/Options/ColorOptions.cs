using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("color", "changes the saturation and hue of red, green and blue; the luma stays")]
internal sealed record ColorOptions : AugmentOptions
{
    [Key("saturation", "the factor of the saturation lies from 1 - saturation to 1 + saturation")]
    [Range(0, 1)]
    public double Saturation { get; init; }

    [Key("hue", "the hue turns by up to this share of the circle, either way")]
    [Range(0, 0.5)]
    public double Hue { get; init; }
}
