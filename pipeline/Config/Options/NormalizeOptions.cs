using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record NormalizeOptions
{
    [Key("method", "fixed takes 'mean' and 'std' as given; standardize fits them on the training rows", IsPrimary = true)]
    public NormalizeMethod Method { get; init; } = NormalizeMethod.Fixed;

    [Key("scale", "factor applied first; auto is 1/255 for uint8 and 1 for anything else")]
    [Range(0, ExcludesMin = true)]
    [Word("auto")]
    public double? Scale { get; init; }

    [Key("mean", "subtracted after scaling, when fixed")]
    public double Mean { get; init; }

    [Key("std", "divided by last, when fixed")]
    [Range(0, ExcludesMin = true)]
    public double Std { get; init; } = 1;
}
