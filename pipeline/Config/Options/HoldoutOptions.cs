using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("holdout", "one random split by the seed")]
internal sealed record HoldoutOptions : SplitOptions
{
    [Key("validation", "fraction of the rows to validate on", IsPrimary = true)]
    [Range(0, 1, ExcludesMax = true)]
    public double Validation { get; init; } = 0.1;

    [Key("test", "fraction of the rows to test on, when there is no test source")]
    [Range(0, 1, ExcludesMax = true)]
    public double Test { get; init; }

    [Key("stratify", "whether each part keeps the share of every class; auto does so in classification")]
    [Word("auto")]
    public bool? Stratify { get; init; }
}
