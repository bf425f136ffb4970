using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("momentum", "gradient descent along a running sum of gradients")]
internal sealed record MomentumOptions : OptimizerOptions
{
    [Key("lr", "learning rate", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public double Lr { get; init; } = 0.01;

    [Key("momentum", "share of the running sum kept in a step")]
    [Range(0, 1, ExcludesMax = true)]
    public double Momentum { get; init; } = 0.9;

    [Key("nesterov", "whether the gradient counts as if taken one step further along the running sum")]
    public bool Nesterov { get; init; }

    [Key("weight_decay", "factor of the weights added to their gradient")]
    [Range(0)]
    public double WeightDecay { get; init; }
}
