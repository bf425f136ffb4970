using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

[Key("kfold", "K trainings, each validated on another part of the rows")]
internal sealed record KfoldOptions : SplitOptions
{
    [Key("k", "how many folds", IsPrimary = true)]
    [Range(2, 1000)]
    public int K { get; init; } = 5;

    [Key("stratify", "whether each fold keeps the share of every class; auto does so in classification")]
    [Word("auto")]
    public bool? Stratify { get; init; }

    [Key("shuffle", "whether rows are put in random order first; otherwise a fold is a run of rows, or every K-th row of a class")]
    public bool Shuffle { get; init; } = true;

    [Key("test", "fraction of the rows to test on, held out of every fold, when there is no test source")]
    [Range(0, 1, ExcludesMax = true)]
    public double Test { get; init; }
}
