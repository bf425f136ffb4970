using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("lbfgs", "L-BFGS with a strong-Wolfe line search, on all rows at once; a step is an epoch")]
internal sealed record LbfgsOptions : OptimizerOptions
{
    [Key("lr", "first length that the line search tries, as a share of the direction", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public double Lr { get; init; } = 1;

    [Key("history", "pairs of steps and changes of gradient that are kept")]
    [Range(1, 1000)]
    public int History { get; init; } = 10;

    [Key("max_evaluations", "losses that the line search of one step may ask for")]
    [Range(2, 1000)]
    public int MaxEvaluations { get; init; } = 25;

    [Key("c1", "how much of the expected decrease a step must give")]
    [Range(0, 0.5, ExcludesMin = true, ExcludesMax = true)]
    public double C1 { get; init; } = 1e-4;

    [Key("c2", "how much of the slope a step may leave; more than c1")]
    [Range(0, 1, ExcludesMin = true, ExcludesMax = true)]
    public double C2 { get; init; } = 0.9;
}
