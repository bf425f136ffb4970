using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>Settings of single columns name input columns, and have a use for them.</summary>
internal sealed class CheckFeatures : IConfigValidator
{
    private const string Path = "data.features.columns";

    public IReadOnlyList<string> Reads => ["data"];

    public void Check(CheckContext context)
    {
        DataOptions data = context.Options.Data;
        if (data is not { Train: CsvOptions { Columns: { } columns }, Features: { Columns: { } settings } features })
        {
            return;
        }

        foreach ((string name, ColumnFeatureOptions column) in settings)
        {
            if (!columns.TryGetValue(name, out ColumnKind kind))
            {
                context.KeyError($"{Path}.{name}", $"no column '{name}'{Suggestion.For(name, [.. columns.Keys])}");
            }
            else if (data.Targets().Contains(name) || name == data.Weight || kind == ColumnKind.Ignore)
            {
                string what = data.Targets().Contains(name) ? "the label" : name == data.Weight ? "the rows' weight" : "ignored";
                context.KeyError($"{Path}.{name}", $"has no use here: the column is {what}");
            }
            else
            {
                CheckKeys(context, $"{Path}.{name}", column, kind, column.Encode ?? features.Categorical);
            }
        }
    }

    private static void CheckKeys(CheckContext context, string path, ColumnFeatureOptions column, ColumnKind kind, CategoryEncoding encoding)
    {
        const string OfNumbers = "the column is of type category";
        const string OfCategories = "the column is of type number";
        bool isNumber = kind == ColumnKind.Number;
        (string Key, bool IsGiven, string? Why)[] keys =
        [
            ("scale", column.Scale is not null, isNumber ? null : OfNumbers),
            ("impute", column.Impute is not null, isNumber ? null : OfNumbers),
            ("indicator", column.Indicator is not null, isNumber ? null : OfNumbers),
            ("encode", column.Encode is not null, isNumber ? OfCategories : null),
            ("unknown", column.Unknown is not null, isNumber ? OfCategories : null),
            ("min_count", column.MinCount is not null, isNumber ? OfCategories : column.Order is not null ? "'order' names the categories" : null),
            ("order", column.Order is not null, isNumber ? OfCategories : encoding == CategoryEncoding.Ordinal ? null : "only an ordinal column has an order"),
            ("buckets", column.Buckets is not null, isNumber ? OfCategories : encoding == CategoryEncoding.Hashing ? null : "only hashing has buckets"),
            ("width", column.Width is not null, isNumber ? OfCategories : encoding is CategoryEncoding.Embedding or CategoryEncoding.Hashing ? null : "only an embedding, or hashing, has vectors"),
        ];
        foreach ((string key, bool isGiven, string? why) in keys)
        {
            if (isGiven && why is not null)
            {
                context.KeyError($"{path}.{key}", $"has no use here: {why}");
            }
        }

        if (column.Order is { } order && (order.Count == 0 || order.Distinct(StringComparer.Ordinal).Count() < order.Count))
        {
            context.Error($"{path}.order", "must name each category once");
        }
    }
}
