using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("sgd", "plain gradient descent")]
internal sealed record SgdOptions : OptimizerOptions
{
    [Key("lr", "learning rate", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public double Lr { get; init; } = 0.01;

    [Key("weight_decay", "factor of the weights added to their gradient")]
    [Range(0)]
    public double WeightDecay { get; init; }
}
