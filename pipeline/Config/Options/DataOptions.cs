using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record DataOptions
{
    [Key("dataset", "a data set known by name, in the place of 'train' and 'test': mnist comes with the build, fashion-mnist with Debian's package dataset-fashion-mnist")]
    public DatasetName? Dataset { get; init; }

    [Key("train", "the rows to train on; 'split' takes the validation rows from them")]
    public SourceOptions? Train { get; init; }

    [Key("test", "rows that training never sees; what it leaves out is as in 'train', but for where its files lie")]
    public SourceOptions? Test { get; init; }

    [Key("split", "how rows are held out of 'train'")]
    public SplitOptions Split { get; init; } = new HoldoutOptions();

    [Key("classes", "the classes whose rows are taken, by name and in this order; all others are left out")]
    [Word("all")]
    public IReadOnlyList<string>? Classes { get; init; }

    [Key("label", "the column to predict, in a table")]
    public string? Label { get; init; }

    [Key("labels", "the columns to predict, where a table has several: of numbers, which in a multilabel task are 0 or 1")]
    public IReadOnlyList<string>? Labels { get; init; }

    [Key("weight", "the column of the rows' weights in the loss, in a table")]
    public string? Weight { get; init; }

    [Key("positive", "the class that counts as positive, in a binary task on a table of categories; else it is the last by name")]
    public string? Positive { get; init; }

    [Key("features", "how a table's columns become numbers, fitted on the training rows")]
    public FeaturesOptions? Features { get; init; }

    /// <summary>The columns to predict, one or several; empty where none is named.</summary>
    public IReadOnlyList<string> Targets() => Labels ?? (Label is null ? [] : [Label]);

    [Key("normalize", "how pixels and other arrays are scaled: (x * scale - mean) / std")]
    public NormalizeOptions? Normalize { get; init; }
}
