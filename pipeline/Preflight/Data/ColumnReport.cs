using Anneal.Trainer.Data.Images;

namespace Anneal.Pipeline.Preflight.Data;

/// <summary>A column of the training rows.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">number, category, or an array's type and sizes.</param>
/// <param name="Missing">Rows without a value.</param>
/// <param name="Distinct">How many values there are; null of arrays of floats.</param>
internal sealed record ColumnReport(string Name, string Type, int Missing, int? Distinct)
{
    private const int MostRows = 20;
    private const double FarOut = 3;
    private const double NearUnique = 0.95;
    private const int FewestRows = 50;

    public double? Mean { get; init; }

    public double? Deviation { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    /// <summary>Numbers further from the quartiles than three times their distance.</summary>
    public int Outliers { get; init; }

    /// <summary>The first rows, from 0, whose number is such.</summary>
    public IReadOnlyList<int> OutlierRows { get; init; } = [];

    /// <summary>The sizes of image files before they were stretched to one; null of anything else.</summary>
    public ImageSizes? SourceSizes { get; init; }

    /// <summary>What is odd about it.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Describes a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="rows">The rows to train on.</param>
    public static ColumnReport Of(DataColumn column, int[] rows)
    {
        int[] present = [.. rows.Where(r => !column.IsMissing(r))];
        int missing = rows.Length - present.Length;
        var notes = new List<string>();
        if (column.Numbers is not { } numbers)
        {
            int texts = present.Select(r => column.Texts![r]).Distinct(StringComparer.Ordinal).Count();
            AddNotes(notes, texts, present.Length, isCategory: true);
            return new ColumnReport(column.Name, "category", missing, texts) { Notes = notes };
        }

        float[] sorted = [.. present.Select(r => numbers[r]).Order()];
        int distinct = sorted.Distinct().Count();
        bool isWhole = sorted.All(float.IsInteger);
        AddNotes(notes, distinct, present.Length, isCategory: isWhole);
        if (sorted.Length == 0)
        {
            return new ColumnReport(column.Name, "number", missing, 0) { Notes = notes };
        }

        double mean = sorted.Average(v => (double)v);
        double lower = sorted[sorted.Length / 4];
        double upper = sorted[sorted.Length * 3 / 4];
        double reach = FarOut * (upper - lower);
        int[] outliers = reach == 0 ? [] : [.. present.Where(r => numbers[r] < lower - reach || numbers[r] > upper + reach)];
        return new ColumnReport(column.Name, "number", missing, distinct)
        {
            Mean = mean,
            Deviation = Math.Sqrt(sorted.Average(v => (v - mean) * (v - mean))),
            Min = sorted[0],
            Max = sorted[^1],
            Outliers = outliers.Length,
            OutlierRows = [.. outliers.Take(MostRows)],
            Notes = notes,
        };
    }

    // Measurements differ from row to row; names, codes and numbers of cases should not.
    private static void AddNotes(List<string> notes, int distinct, int present, bool isCategory)
    {
        if (present == 0)
        {
            notes.Add("every value is missing");
        }
        else if (distinct == 1)
        {
            notes.Add("constant");
        }
        else if (isCategory && present >= FewestRows && distinct >= NearUnique * present)
        {
            notes.Add("near-unique");
        }
    }
}
