using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("adam", "Adam")]
internal sealed record AdamOptions : OptimizerOptions
{
    [Key("lr", "learning rate", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public double Lr { get; init; } = 1e-3;

    [Key("beta1", "decay of the running mean of gradients")]
    [Range(0, 1, ExcludesMax = true)]
    public double Beta1 { get; init; } = 0.9;

    [Key("beta2", "decay of the running mean of squared gradients")]
    [Range(0, 1, ExcludesMax = true)]
    public double Beta2 { get; init; } = 0.999;

    [Key("eps", "added to the root of the second mean")]
    [Range(0, ExcludesMin = true)]
    public double Eps { get; init; } = 1e-8;

    [Key("bias_correction", "whether the running means are divided by what they lack because they begin at 0")]
    public bool BiasCorrection { get; init; } = true;

    [Key("weight_decay", "factor of the weights added to their gradient")]
    [Range(0)]
    public double WeightDecay { get; init; }
}
