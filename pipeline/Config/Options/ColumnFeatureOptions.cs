using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record ColumnFeatureOptions
{
    [Key("scale", "how a number column is scaled")]
    public NumericScaling? Scale { get; init; }

    [Key("impute", "what fills a missing number, before it is scaled")]
    public ImputeOptions? Impute { get; init; }

    [Key("indicator", "whether a feature says where a number is missing")]
    public bool? Indicator { get; init; }

    [Key("encode", "how a category column becomes numbers")]
    public CategoryEncoding? Encode { get; init; }

    [Key("unknown", "what a category becomes that was not learnt")]
    public UnknownKind? Unknown { get; init; }

    [Key("min_count", "training rows that a category needs to be learnt; 1 when left out")]
    [Range(1, int.MaxValue)]
    public int? MinCount { get; init; }

    [Key("order", "the categories of an ordinal column, first to last; sorted by their characters when left out")]
    public IReadOnlyList<string>? Order { get; init; }

    [Key("buckets", "the number of buckets of hashing; 64 when left out")]
    [Range(1, 1048576)]
    public int? Buckets { get; init; }

    [Key("width", "the length of an embedding's vectors, or of hashing's to embed its buckets; 1.6 * categories ^ 0.56, at most 50, when left out of an embedding")]
    [Range(1, 4096)]
    public int? Width { get; init; }
}
