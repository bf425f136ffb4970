using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;

namespace Anneal.Trainer.Features;

/// <summary>Fits a category column: learns its vocabulary and encodes it.</summary>
/// <remarks>A code is looked up by the text; -1 stands for zeros, and a code past the last one is out of the range of the table that is read next,
/// which ends the run.</remarks>
internal static class CategoryColumns
{
    private const double ManyCategories = 0.5;
    private const int ShownCategories = 5;
    private const int LongestVector = 50;

    public static void Fit(TableGraph table, CategoryFeature how, IReadOnlyList<string> missing, FeatureColumn column, Value input, ReadOnlySpan<int> rows)
    {
        GraphBuilder g = table.Graph;
        string[] vocabulary = Vocabulary(table, how, column, rows);
        bool isHashed = how.Encoding == CategoryEncoding.Hashing;
        long[] codes = [.. vocabulary.Select((category, i) => isHashed ? Bucket(category, how.Buckets) : i)];
        int known = isHashed ? how.Buckets : vocabulary.Length;
        int count = known + (how.Unknown == UnknownCategory.Bucket ? 1 : 0);
        long unknown = how.Unknown == UnknownCategory.Zeros ? -1 : known;
        (string Text, long Code)[] keys = Keys(vocabulary, codes, missing, unknown);
        Value code = g.Node(
            "LabelEncoder",
            [input],
            Attributes.Of(
                ("keys_strings", new AttributeValue.Strings([.. keys.Select(k => k.Text)])), ("values_int64s", keys.Select(k => k.Code).ToArray()), ("default_int64", unknown)),
            Model.MlDomain);
        using IDisposable scope = g.Scope($"{column.Name} is unknown");
        if (how.Encoding == CategoryEncoding.Ordinal)
        {
            Ordinal(table, how.Unknown, column.Name, code, known);
            return;
        }

        code = how.Unknown == UnknownCategory.Error ? g.Node("Gather", [g.Longs(Ids(known)), code]) : code;
        if (how.Encoding == CategoryEncoding.Embedding || (isHashed && how.Width is not null))
        {
            table.Ids(code, new EmbeddedColumn(column.Name, count, how.Width ?? AutoWidth(count)));
            return;
        }

        IEnumerable<string> names = isHashed ? Enumerable.Range(0, known).Select(b => $"#{b}") : vocabulary.Select(v => v.Length == 0 ? "(missing)" : v);
        names = count > known ? names.Append("(unknown)") : names;
        table.Indicator(g.Equal(code, g.Longs(Ids(count))), [.. names.Select(n => $"{column.Name}={n}")]);
    }

    /// <summary>The length of an embedding's vector where none is given: 1.6 · n^0.56, at most 50.</summary>
    internal static int AutoWidth(int categories) => (int)Math.Clamp(Math.Round(1.6 * Math.Pow(categories, 0.56)), 1, LongestVector);

    /// <summary>The bucket of a text: a function of it and of their number alone.</summary>
    internal static long Bucket(string category, int buckets) => (long)((CounterRandom.Key(0, category) >> 1) % (ulong)buckets);

    // The reader gives training rows the empty text for all spellings; 'order' may name one.
    private static (string Text, long Code)[] Keys(string[] vocabulary, long[] codes, IReadOnlyList<string> missing, long unknown)
    {
        int empty = Array.IndexOf(vocabulary, "");
        long code = empty < 0 ? unknown : codes[empty];
        return
        [
            .. vocabulary.Zip(codes, (text, own) => (text, missing.Contains(text) ? code : own)),
            .. missing.Where(text => code != unknown && !vocabulary.Contains(text)).Distinct().Select(text => (text, code)),
        ];
    }

    private static void Ordinal(TableGraph table, UnknownCategory unknown, string name, Value code, int known)
    {
        GraphBuilder g = table.Graph;
        float[] places = [.. Ids(known).Select(i => (float)(i + 1) / known)];
        // -1 reads the last one.
        Tensor values = Tensor.Vector<float>(unknown == UnknownCategory.Error ? places : [.. places, 0]);
        table.Number(g.Node("Gather", [g.Initializer($"prepared/{name}.places", values), code]), name);
        if (unknown == UnknownCategory.Bucket)
        {
            table.Indicator(g.Equal(code, g.Longs(known)), $"{name}=(unknown)");
        }
    }

    private static string[] Vocabulary(TableGraph table, CategoryFeature how, FeatureColumn column, ReadOnlySpan<int> rows)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (int row in rows)
        {
            string category = column.Values.Strings[row];
            counts[category] = counts.GetValueOrDefault(category) + 1;
        }

        if (counts.Count == 1)
        {
            table.Warnings.Add($"column '{column.Name}' is '{counts.Keys.First()}' in every training row: it tells the model nothing");
        }
        else if (how.Encoding != CategoryEncoding.Hashing && counts.Count > ManyCategories * rows.Length)
        {
            table.Warnings.Add($"column '{column.Name}' has {counts.Count} categories in {rows.Length} training rows: is it an identifier, to be ignored?");
        }

        if (how.Order is { } order)
        {
            string[] left = [.. counts.Keys.Except(order, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            if (left.Length > 0)
            {
                string shown = string.Join(", ", left.Take(ShownCategories).Select(c => c.Length == 0 ? "a missing one" : $"'{c}'")) + (left.Length > ShownCategories ? ", …" : "");
                table.Warnings.Add($"column '{column.Name}': {left.Sum(c => counts[c])} training rows have a category that 'order' does not name and so count as unknown: {shown}");
            }

            return [.. order];
        }

        string[] learnt = [.. counts.Where(c => c.Value >= how.MinCount).Select(c => c.Key).Order(StringComparer.Ordinal)];
        return learnt.Length > 0
            ? learnt
            : throw AnnealException.BadData($"column '{column.Name}' has no category in at least {how.MinCount} of {rows.Length} training rows", "lower min_count, or set the column to ignore");
    }

    private static long[] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];
}
