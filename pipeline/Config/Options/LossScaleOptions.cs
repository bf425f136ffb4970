using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record LossScaleOptions
{
    [Key("initial", "the first scale; a step whose gradients are not finite is skipped and halves it", IsPrimary = true)]
    [Range(1e-6, 1e30)]
    public double Initial { get; init; } = 65536;

    [Key("interval", "good steps after which it is doubled")]
    [Range(1, 1000000000)]
    public int Interval { get; init; } = 2000;
}
