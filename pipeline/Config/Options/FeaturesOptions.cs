using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

internal sealed record FeaturesOptions
{
    [Key("numeric", "how number columns are scaled")]
    public NumericScaling Numeric { get; init; } = NumericScaling.Standardize;

    [Key("impute", "what fills a missing number")]
    public Imputation Impute { get; init; } = Imputation.Mean;

    [Key("categorical", "how category columns become numbers")]
    public CategoryEncoding Categorical { get; init; } = CategoryEncoding.OneHot;
}
