using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("int8", "weights and activations in 8-bit integers, ranges found on training rows")]
internal sealed record Int8Options : QuantizedOptions
{
    [Key("calibrate", "how a range follows from what the rows give")]
    public CalibrationKind Calibrate { get; init; } = CalibrationKind.Percentile;

    [Key("percentile", "of the elements, in percent, that stay in the range on each side; for calibrate: percentile")]
    [Range(50, 100, ExcludesMin = true)]
    public double Percentile { get; init; } = 99.99;
}
