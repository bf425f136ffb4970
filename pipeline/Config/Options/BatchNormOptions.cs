using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("batch_norm", "batch normalisation, channel by channel")]
internal sealed record BatchNormOptions : LayerOptions
{
    [Key("momentum", "share of the running mean and variance that a step keeps")]
    [Range(0, 1, ExcludesMax = true)]
    public double Momentum { get; init; } = 0.9;

    [Key("epsilon", "added to the variance")]
    [Range(0, ExcludesMin = true)]
    public double Epsilon { get; init; } = 1e-5;
}
