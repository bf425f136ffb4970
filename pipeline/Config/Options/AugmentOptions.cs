using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>A random change of training rows.</summary>
[OneOf(
    typeof(BrightnessOptions), typeof(ColorOptions), typeof(ContrastOptions), typeof(CropOptions), typeof(CutmixOptions), typeof(CutoutOptions),
    typeof(ElasticOptions), typeof(FlipOptions), typeof(MixupOptions), typeof(NoiseOptions), typeof(RotateOptions), typeof(ScaleOptions), typeof(ShiftOptions))]
internal abstract record AugmentOptions
{
    [Key("p", "the share of rows that are changed, or of batches that are mixed")]
    [Range(0, 1, ExcludesMin = true)]
    public virtual double P { get; init; } = 1;
}
