using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>A form with products of 8-bit integers.</summary>
internal abstract record QuantizedOptions : VariantOptions
{
    [Key("rows", "training rows that are run to find ranges and the worst layers")]
    [Range(1, 1000000)]
    public int Rows { get; init; } = 512;

    [Key("faster_at", "rows in a call at which ONNX Runtime must be faster than with the float model; skip: no such gate")]
    [Range(1, int.MaxValue)]
    [Word("skip")]
    public int? FasterAt { get; init; } = 64;
}
