using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("elastic", "displaces each pixel by smoothed random fields")]
internal sealed record ElasticOptions : AugmentOptions
{
    [Key("alpha", "factor of the smoothed fields, in pixels", IsPrimary = true)]
    [Range(0, 100000, ExcludesMin = true)]
    public double Alpha { get; init; } = 34;

    [Key("sigma", "standard deviation of the Gaussian that smooths them, in pixels")]
    [Range(0.1, 100)]
    public double Sigma { get; init; } = 4;

    [Key("fill", "what the pixels left empty become: zero, the nearest pixel, or the image mirrored")]
    public FillKind Fill { get; init; } = FillKind.Zero;
}
