using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("adagrad", "Adagrad: each weight's rate falls with the squares of its gradients so far")]
internal sealed record AdagradOptions : OptimizerOptions
{
    [Key("lr", "learning rate", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public double Lr { get; init; } = 0.01;

    [Key("eps", "added to the root of the sum of squares")]
    [Range(0, ExcludesMin = true)]
    public double Eps { get; init; } = 1e-10;

    [Key("weight_decay", "factor of the weights added to their gradient")]
    [Range(0)]
    public double WeightDecay { get; init; }
}
