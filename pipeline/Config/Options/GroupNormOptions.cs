using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("group_norm", "group normalisation: each group of channels of each row by its own mean and variance")]
internal sealed record GroupNormOptions : LayerOptions
{
    [Key("groups", "number of groups, which divides the channels", IsPrimary = true)]
    [Range(1, 65536)]
    public required int Groups { get; init; }

    [Key("epsilon", "added to the variance")]
    [Range(0, ExcludesMin = true)]
    public double Epsilon { get; init; } = 1e-5;
}
