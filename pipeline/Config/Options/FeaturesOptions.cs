using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record FeaturesOptions
{
    [Key("numeric", "how number columns are scaled; log is sign(x) * ln(1 + |x|), then standardised")]
    public NumericScaling Numeric { get; init; } = NumericScaling.Standardize;

    [Key("impute", "what fills a missing number, before it is scaled")]
    public ImputeOptions Impute { get; init; } = new ImputeMeanOptions();

    [Key("indicator", "whether a feature says where a number is missing, for columns that miss some in the training rows")]
    public bool Indicator { get; init; }

    [Key("categorical", "how category columns become numbers")]
    public CategoryEncoding Categorical { get; init; } = CategoryEncoding.OneHot;

    [Key("unknown", "what a category becomes that was not learnt, in the exported model too: zeros, a category of its own, or an error")]
    public UnknownKind Unknown { get; init; } = UnknownKind.Zeros;

    [Key("columns", "settings of single columns, by name; what they leave out is as above")]
    public IReadOnlyDictionary<string, ColumnFeatureOptions>? Columns { get; init; }
}
