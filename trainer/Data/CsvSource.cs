using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Data;

/// <summary>A text table with typed columns. A label of categories makes classes, a label of numbers a regression.</summary>
/// <param name="Path">The file, plain or gzipped.</param>
/// <param name="Columns">Every column of the file with its type: in the file's order where it has no header line.</param>
/// <param name="Label">The column to predict.</param>
public sealed record CsvSource(string Path, IReadOnlyList<CsvColumn> Columns, string Label) : DataSource
{
    private const int ShownClasses = 10;

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
        int label = Columns.Select(c => c.Name).ToList().IndexOf(Label);
        if (label < 0 || Columns[label].Kind == ColumnKind.Ignore)
        {
            throw AnnealException.BadUsage($"the label '{Label}' is not among the columns that are read");
        }

        using var reader = new CsvReader(Path, Format);
        var columns = new CsvColumns(reader, [.. Columns.Select(c => c with { KeepsText = c.Name == MarkColumn })], Missing);
        int mark = MarkColumn is null ? -1 : Columns.Select(c => c.Name).ToList().IndexOf(MarkColumn);
        var known = train?.ClassNames is { } names ? new HashSet<string>(names, StringComparer.Ordinal) : null;
        while (columns.Read())
        {
            CheckLabel(columns, label, known);
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
            .Where(i => i != label && values[i] is not null)
            .Select(i => new FeatureColumn(Columns[i].Name, Columns[i].Kind, values[i]!))];
        Tensor target = values[label]!;
        if (Columns[label].Kind == ColumnKind.Number)
        {
            return new DataTable(features, target.Reshape(target.Length), null) { Marks = marks };
        }

        string[] labels = [.. target.Strings.Select(Strip)];
        IReadOnlyList<string> classNames = train?.ClassNames ?? Order(labels);
        var index = classNames.Select((name, i) => (name, i)).ToDictionary(c => c.name, c => (long)c.i, StringComparer.Ordinal);
        return new DataTable(features, Tensor.Vector<long>([.. labels.Select(l => index[l])]), classNames) { Marks = marks };
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
    private static string[] Order(string[] labels)
    {
        string[] names = [.. labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return names.All(n => IsWhole(n, out _)) ? [.. names.OrderBy(n => IsWhole(n, out long value) ? value : 0)] : names;
    }

    private static bool IsWhole(string text, out long value) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
