using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>Another form of the exported model.</summary>
[OneOf(typeof(Float16Options), typeof(Int8Options), typeof(DynamicInt8Options))]
internal abstract record VariantOptions
{
    [Key("metric_drop", "how much worse than the float model's the metric may be: of accuracy and the like in its unit, of a loss or error as a share", IsPrimary = true)]
    [Range(0)]
    public double MetricDrop { get; init; } = 0.005;

    [Key("max_abs", "largest difference of an output to the float model's; no limit when left out")]
    [Range(0)]
    public double? MaxAbs { get; init; }
}
