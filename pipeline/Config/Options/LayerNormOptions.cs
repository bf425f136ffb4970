using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("layer_norm", "layer normalisation: each row of features by its own mean and variance")]
internal sealed record LayerNormOptions : LayerOptions
{
    [Key("epsilon", "added to the variance")]
    [Range(0, ExcludesMin = true)]
    public double Epsilon { get; init; } = 1e-5;
}
