using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Data.Augment;

namespace Anneal.Pipeline.Stages;

/// <summary>Turns the options of augmentation into the trainer's own settings.</summary>
internal static class AugmentSettings
{
    /// <summary>The changes of single rows, in order.</summary>
    public static IReadOnlyList<Augmentation> Rows(PipelineOptions options) =>
        [.. (options.Augment ?? []).Where(a => !IsMix(a)).Select(a => RowOf(a) with { Probability = a.P })];

    /// <summary>The mixes of batches, in order.</summary>
    public static IReadOnlyList<BatchMix> Mixes(PipelineOptions options) =>
        [.. (options.Augment ?? []).Where(IsMix).Select(a => MixOf(a) with { Probability = a.P })];

    /// <summary>Whether rows of a batch are mixed, rather than each changed alone.</summary>
    public static bool IsMix(AugmentOptions augment) => augment is MixupOptions or CutmixOptions;

    /// <summary>A change of single rows.</summary>
    public static Augmentation RowOf(AugmentOptions augment) => augment switch
    {
        BrightnessOptions o => new Brightness(o.Range),
        ColorOptions o => new Colour(o.Saturation, o.Hue),
        ContrastOptions o => new Contrast(o.Range),
        CropOptions o => new Crop(o.Padding, o.MinArea, o.MaxRatio, FillOf(o.Fill)),
        CutoutOptions o => new Cutout(o.Size, o.Value),
        ElasticOptions o => new Elastic(o.Alpha, o.Sigma, FillOf(o.Fill)),
        FlipOptions o => new Flip(Enum.Parse<FlipAxis>(o.Axis.ToString()), o.Alternate),
        NoiseOptions o => new Noise(o.Std),
        RotateOptions o => new Rotate(o.Degrees, FillOf(o.Fill)),
        ScaleOptions o => new Zoom(o.Min, o.Max, FillOf(o.Fill)),
        ShiftOptions o => new Shift(o.Pixels, FillOf(o.Fill), o.Subpixel),
        AugmentOptions other => throw new NotSupportedException($"no augmentation for {other.GetType().Name}"),
    };

    /// <summary>A mix of batches.</summary>
    public static BatchMix MixOf(AugmentOptions augment) => augment switch
    {
        CutmixOptions o => new Cutmix { Alpha = o.Alpha },
        MixupOptions o => new Mixup { Alpha = o.Alpha },
        AugmentOptions other => throw new NotSupportedException($"no mix for {other.GetType().Name}"),
    };

    private static BorderFill FillOf(FillKind fill) => Enum.Parse<BorderFill>(fill.ToString());
}
