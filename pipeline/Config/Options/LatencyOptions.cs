using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record LatencyOptions
{
    [Key("batch", "rows in a call")]
    [Range(1, int.MaxValue)]
    public int Batch { get; init; } = 1;

    [Key("p50", "limit on the median, in ms")]
    [Range(0, ExcludesMin = true)]
    public double? P50 { get; init; }

    [Key("p99", "limit on the 99th percentile, in ms")]
    [Range(0, ExcludesMin = true)]
    public double? P99 { get; init; }
}
