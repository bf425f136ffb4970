using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record ElasticNetOptions
{
    [Key("strength", "l1 is this times the share, l2 this times the rest", IsPrimary = true)]
    [Range(0, ExcludesMin = true)]
    public required double Strength { get; init; }

    [Key("l1_share", "the share of l1")]
    [Range(0, 1)]
    public double L1Share { get; init; } = 0.5;
}
