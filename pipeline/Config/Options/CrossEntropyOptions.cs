using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("cross_entropy", "softmax and cross-entropy; of a classification")]
internal sealed record CrossEntropyOptions : ClassLossOptions
{
    [Key("label_smoothing", "share of the truth that is spread over all classes", IsPrimary = true)]
    [Range(0, 1, ExcludesMax = true)]
    public double LabelSmoothing { get; init; }
}
