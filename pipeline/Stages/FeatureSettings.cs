using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Features;
using Trained = Anneal.Trainer.Features;

namespace Anneal.Pipeline.Stages;

/// <summary>Turns the options of features into the trainer's own settings.</summary>
internal static class FeatureSettings
{
    /// <summary>The settings of the preprocessing.</summary>
    public static FeatureOptions Of(DataOptions data)
    {
        FeaturesOptions table = data.Features ?? new FeaturesOptions();
        KeyValuePair<string, ColumnFeatureOptions>[] columns = [.. table.Columns ?? new Dictionary<string, ColumnFeatureOptions>()];
        return new FeatureOptions
        {
            Numbers = NumberOf(table, new ColumnFeatureOptions()),
            Categories = CategoryOf(table, new ColumnFeatureOptions()),
            NumberColumns = columns.ToDictionary(c => c.Key, c => NumberOf(table, c.Value), StringComparer.Ordinal),
            CategoryColumns = columns.ToDictionary(c => c.Key, c => CategoryOf(table, c.Value), StringComparer.Ordinal),
            Missing = data.Train is CsvOptions csv ? csv.Missing : [],
            Arrays = data.Normalize is { } array
                ? new ArrayScaling { Scale = array.Scale, Mean = array.Mean, Std = array.Std, Standardize = array.Method == NormalizeMethod.Standardize }
                : new ArrayScaling(),
        };
    }

    private static NumberFeature NumberOf(FeaturesOptions table, ColumnFeatureOptions column)
    {
        ImputeOptions impute = column.Impute ?? table.Impute;
        return new NumberFeature
        {
            Scaling = Enum.Parse<NumberScaling>((column.Scale ?? table.Numeric).ToString()),
            Impute = impute switch
            {
                ImputeMeanOptions => Imputation.Mean,
                ImputeMedianOptions => Imputation.Median,
                ImputeConstantOptions => Imputation.Constant,
                ImputeOptions other => throw new NotSupportedException($"no imputation for {other.GetType().Name}"),
            },
            Fill = impute is ImputeConstantOptions constant ? (float)constant.Value : 0,
            Indicator = column.Indicator ?? table.Indicator,
        };
    }

    private static CategoryFeature CategoryOf(FeaturesOptions table, ColumnFeatureOptions column)
    {
        var feature = new CategoryFeature
        {
            Encoding = Enum.Parse<Trained.CategoryEncoding>((column.Encode ?? table.Categorical).ToString()),
            Unknown = Enum.Parse<UnknownCategory>((column.Unknown ?? table.Unknown).ToString()),
            Order = column.Order,
            Width = column.Width,
        };
        return feature with { MinCount = column.MinCount ?? feature.MinCount, Buckets = column.Buckets ?? feature.Buckets };
    }
}
