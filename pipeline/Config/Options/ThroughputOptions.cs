using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record ThroughputOptions
{
    [Key("batch", "rows in a call")]
    [Range(1, int.MaxValue)]
    public int Batch { get; init; } = 64;

    [Key("rows_per_s", "rows that are answered in a second, at least")]
    [Range(0, ExcludesMin = true)]
    public required double RowsPerS { get; init; }
}
