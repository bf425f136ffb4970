using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("mixup", "mixes each row of a batch with another one, and what is to be predicted likewise")]
internal sealed record MixupOptions : AugmentOptions
{
    [Key("alpha", "the row's own share is drawn from Beta(alpha, alpha), once a batch", IsPrimary = true)]
    [Range(0, 1000, ExcludesMin = true)]
    public double Alpha { get; init; } = 0.2;
}
