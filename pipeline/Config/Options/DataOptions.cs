using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record DataOptions
{
    [Key("dataset", "a data set known by name, in the place of 'train' and 'test': mnist comes with the build, fashion-mnist with Debian's package dataset-fashion-mnist")]
    public DatasetName? Dataset { get; init; }

    [Key("train", "the rows to train on; 'split' takes the validation rows from them")]
    public SourceOptions? Train { get; init; }

    [Key("test", "rows that training never sees")]
    public SourceOptions? Test { get; init; }

    [Key("split", "how rows are held out of 'train'")]
    public SplitOptions Split { get; init; } = new HoldoutOptions();

    [Key("label", "the column to predict, in a table")]
    public string? Label { get; init; }

    [Key("features", "how a table's columns become numbers, fitted on the training rows")]
    public FeaturesOptions? Features { get; init; }

    [Key("normalize", "how pixels and other arrays are scaled: (x * scale - mean) / std")]
    public NormalizeOptions? Normalize { get; init; }
}
