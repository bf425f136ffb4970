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

    [Key("form", "how momentum is written: velocity, an exponentially weighted average with bias correction, or Nesterov's as published, with the gradient taken ahead")]
    public MomentumKind Form { get; init; } = MomentumKind.Velocity;

    [Key("nesterov", "Nesterov's momentum in its rewritten form, whose weights are those looked ahead to; of form velocity only")]
    public bool Nesterov { get; init; }

    [Key("weight_decay", "factor of the weights added to their gradient")]
    [Range(0)]
    public double WeightDecay { get; init; }
}
