using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Data;

/// <summary>A text table with typed columns. A label of categories makes classes, a label of numbers a regression.</summary>
/// <param name="Path">The file, plain or gzipped.</param>
/// <param name="Columns">Every column of the file with its type: in the file's order where it has no header line.</param>
/// <param name="Labels">The columns to predict: of several, each is a column of numbers.</param>
public sealed record CsvSource(string Path, IReadOnlyList<CsvColumn> Columns, IReadOnlyList<string> Labels) : DataSource
{
    private const int ShownClasses = 10;

    /// <summary>A table with one column to predict.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Every column of the file.</param>
    /// <param name="label">The column to predict.</param>
    public CsvSource(string path, IReadOnlyList<CsvColumn> columns, string label)
        : this(path, columns, [label])
    {
    }

    /// <summary>The column of the rows' weights, of type number; null for none.</summary>
    public string? Weight { get; init; }

    /// <summary>The class that is listed last, as the positive one of two; null for the order of the names.</summary>
    public string? Positive { get; init; }

    /// <summary>How the file is written down.</summary>
    public CsvFormat Format { get; init; } = new();

    /// <summary>Texts that stand for a missing value; an empty field always does.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Characters dropped from the end of a label.</summary>
    public string LabelStrip { get; init; } = "";

    /// <summary>The column whose text says how rows are split, an ignored one too; null for none.</summary>
    public string? MarkColumn { get; init; }

    /// <inheritdoc/>
    public override DataTable Load(DataTable? train = null)
    {
        int[] labels = [.. Labels.Select(l => IndexOf(l, "label"))];
        int weight = Weight is null ? -1 : IndexOf(Weight, "weight");

        using var reader = new CsvReader(Path, Format);
        var columns = new CsvColumns(reader, [.. Columns.Select(c => c with { KeepsText = c.Name == MarkColumn })], Missing);
        int mark = MarkColumn is null ? -1 : Columns.Select(c => c.Name).ToList().IndexOf(MarkColumn);
        var known = train?.ClassNames is { } names ? new HashSet<string>(names, StringComparer.Ordinal) : null;
        while (columns.Read())
        {
            foreach (int label in labels)
            {
                CheckLabel(columns, label, known);
            }

            if (weight >= 0)
            {
                CheckWeight(columns, weight);
            }

            if (mark >= 0 && columns.LastText(mark).Length == 0)
            {
                throw columns.Error(mark, "the value is missing, and the split goes by it");
            }
        }

        if (columns.Rows == 0)
        {
            throw AnnealException.BadData($"{Path}: no rows");
        }

        IReadOnlyList<string>? marks = mark < 0 ? null : columns.Texts(mark);
        Tensor?[] values = columns.Take();
        FeatureColumn[] features = [.. Enumerable.Range(0, values.Length)
            .Where(i => i != weight && !labels.Contains(i) && values[i] is not null)
            .Select(i => new FeatureColumn(Columns[i].Name, Columns[i].Kind, values[i]!))];
        Tensor? weights = weight < 0 ? null : values[weight]!.Reshape(values[weight]!.Length);
        if (labels.Length > 1)
        {
            return new DataTable(features, SideBySide([.. labels.Select(l => values[l]!)]), null) { TargetNames = Labels, Weight = weights, Marks = marks };
        }

        Tensor target = values[labels[0]]!;
        if (Columns[labels[0]].Kind == ColumnKind.Number)
        {
            return new DataTable(features, target.Reshape(target.Length), null) { Weight = weights, Marks = marks };
        }

        string[] texts = [.. target.Strings.Select(Strip)];
        IReadOnlyList<string> classNames = train?.ClassNames ?? Order(texts);
        var index = classNames.Select((name, i) => (name, i)).ToDictionary(c => c.name, c => (long)c.i, StringComparer.Ordinal);
        return new DataTable(features, Tensor.Vector<long>([.. texts.Select(l => index[l])]), classNames) { Weight = weights, Marks = marks };
    }

    private int IndexOf(string column, string what)
    {
        int index = Columns.Select(c => c.Name).ToList().IndexOf(column);
        return index >= 0 && Columns[index].Kind != ColumnKind.Ignore
            ? index
            : throw AnnealException.BadUsage($"the {what} '{column}' is not among the columns that are read");
    }

    private static Tensor SideBySide(Tensor[] columns)
    {
        Tensor joined = Tensor.Zeros(DType.Float, columns[0].Length, columns.Length);
        Span<float> to = joined.Span<float>();
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = columns[i % columns.Length].Span<float>()[i / columns.Length];
        }

        return joined;
    }

    private static void CheckWeight(CsvColumns columns, int weight)
    {
        float value = columns.LastNumber(weight);
        if (!(value >= 0))
        {
            throw columns.Error(weight, float.IsNaN(value) ? "the weight is missing" : FormattableString.Invariant($"the weight is {value}, expected at least 0"));
        }
    }

    private void CheckLabel(CsvColumns columns, int label, HashSet<string>? known)
    {
        if (columns.IsLastMissing(label))
        {
            throw columns.Error(label, "the label is missing");
        }

        if (known is not null && Strip(columns.LastText(label)) is var text && !known.Contains(text))
        {
            string classes = string.Join(", ", known.Take(ShownClasses)) + (known.Count > ShownClasses ? ", …" : "");
            throw columns.Error(label, $"label '{text}' is not a class of the training data ({classes})", "label_strip drops characters from the end of labels");
        }
    }

    private string Strip(string label) => LabelStrip.Length == 0 ? label : label.TrimEnd(LabelStrip.ToCharArray());

    /// <summary>Class names by their number where all are numbers, by their characters otherwise.</summary>
    private IReadOnlyList<string> Order(string[] labels)
    {
        string[] names = [.. labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        names = names.All(n => IsWhole(n, out _)) ? [.. names.OrderBy(n => IsWhole(n, out long value) ? value : 0)] : names;
        return Positive is null ? names
            : names.Contains(Positive) ? [.. names.Where(n => n != Positive), Positive]
            : throw AnnealException.BadData($"{Path}: no row has the label '{Positive}', which is to be the positive one", $"the labels are {string.Join(", ", names.Take(ShownClasses))}");
    }

    private static bool IsWhole(string text, out long value) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
