using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("bootstrap", "rounds that draw as many rows as there are, with replacement, and validate on those that were not drawn")]
internal sealed record BootstrapOptions : SplitOptions
{
    [Key("rounds", "how many trainings", IsPrimary = true)]
    [Range(1, 1000)]
    public int Rounds { get; init; } = 10;

    [Key("stratify", "whether each class is drawn from as often as it has rows; auto does so in classification")]
    [Word("auto")]
    public bool? Stratify { get; init; }

    [Key("test", "fraction of the rows to test on, held out of every round, when there is no test source")]
    [Range(0, 1, ExcludesMax = true)]
    public double Test { get; init; }
}
