using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("rmsprop", "RMSprop: gradients over the root of their running mean square")]
internal sealed record RmspropOptions : OptimizerOptions
{
    [Key("lr", "learning rate", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public double Lr { get; init; } = 0.01;

    [Key("decay", "decay of the running mean of squared gradients")]
    [Range(0, 1, ExcludesMax = true)]
    public double Decay { get; init; } = 0.99;

    [Key("eps", "added to the root of the mean of squares")]
    [Range(0, ExcludesMin = true)]
    public double Eps { get; init; } = 1e-8;

    [Key("momentum", "share of the last step kept in the next")]
    [Range(0, 1, ExcludesMax = true)]
    public double Momentum { get; init; }

    [Key("centered", "whether the mean of squares is taken about the mean gradient")]
    public bool Centered { get; init; }

    [Key("weight_decay", "factor of the weights added to their gradient")]
    [Range(0)]
    public double WeightDecay { get; init; }
}
