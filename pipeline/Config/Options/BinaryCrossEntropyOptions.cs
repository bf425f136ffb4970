using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("binary_cross_entropy", "sigmoid and cross-entropy; of two classes or of labels")]
internal sealed record BinaryCrossEntropyOptions : ClassLossOptions
{
    [Key("label_smoothing", "share of the truth that is spread over both answers", IsPrimary = true)]
    [Range(0, 1, ExcludesMax = true)]
    public double LabelSmoothing { get; init; }
}
