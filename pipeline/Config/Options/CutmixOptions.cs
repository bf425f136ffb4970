using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("cutmix", "pastes a rectangle of another image of the batch; what is to be predicted is mixed by the area")]
internal sealed record CutmixOptions : AugmentOptions
{
    [Key("alpha", "the share of the image that stays is drawn from Beta(alpha, alpha)", IsPrimary = true)]
    [Range(0, 1000, ExcludesMin = true)]
    public double Alpha { get; init; } = 1;
}
