using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("repeated_kfold", "K folds several times, each time in another random order")]
internal sealed record RepeatedKfoldOptions : SplitOptions
{
    [Key("k", "how many folds", IsPrimary = true)]
    [Range(2, 1000)]
    public int K { get; init; } = 5;

    [Key("repeats", "how often")]
    [Range(1, 1000)]
    public int Repeats { get; init; } = 3;

    [Key("stratify", "whether each fold keeps the share of every class; auto does so in classification")]
    [Word("auto")]
    public bool? Stratify { get; init; }

    [Key("test", "fraction of the rows to test on, held out of every fold, when there is no test source")]
    [Range(0, 1, ExcludesMax = true)]
    public double Test { get; init; }
}
