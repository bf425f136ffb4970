using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record ClipOptions
{
    [Key("norm", "the largest norm of the gradient of all parameters together", IsPrimary = true)]
    [Word("none")]
    [Range(0, ExcludesMin = true)]
    public double? Norm { get; init; }

    [Key("value", "the largest size of an element of the gradient; applied before the norm")]
    [Word("none")]
    [Range(0, ExcludesMin = true)]
    public double? Value { get; init; }
}
