using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("lion", "Lion: steps of one size along the sign of a running mean of gradients")]
internal sealed record LionOptions : OptimizerOptions
{
    [Key("lr", "learning rate", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public double Lr { get; init; } = 1e-4;

    [Key("beta1", "share of the running mean in the direction")]
    [Range(0, 1, ExcludesMax = true)]
    public double Beta1 { get; init; } = 0.9;

    [Key("beta2", "decay of the running mean of gradients")]
    [Range(0, 1, ExcludesMax = true)]
    public double Beta2 { get; init; } = 0.99;

    [Key("weight_decay", "decay of the weights, times the rate, outside the gradient")]
    [Range(0)]
    public double WeightDecay { get; init; }
}
