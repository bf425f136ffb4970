using System.Globalization;
using Anneal.Onnx;

namespace Anneal.Trainer.Data.Splits;

/// <summary>The last part in time is held out: to validate on, and what is later still to test on. Rows of one time stay together.</summary>
/// <param name="Validation">The fraction of all rows to validate on; without use where there is a cut.</param>
/// <param name="Cut">The time from which rows are validated on; null to go by the fraction.</param>
/// <remarks>Marks are numbers or ISO 8601 dates; without marks the rows are in the order of time.</remarks>
public sealed record TimeSplit(double Validation, string? Cut) : RowSplit
{
    private static readonly string[] s_formats =
    [
        "yyyy-MM-dd", "yyyy-MM", "yyyy-MM-ddTHH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss.FFFFFFF",
        "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    private delegate double? Reader(string text);

    /// <inheritdoc/>
    public override SplitPlan Of(SplitInput input)
    {
        (double[] times, Reader read) = Times(input);
        int[] order = [.. Enumerable.Range(0, input.Rows).OrderBy(r => times[r])];
        int test = Begin(order, times, input.Rows - CountOf(input.Rows, Test, "test"));
        int validation = Cut is { } cut
            ? Math.Min(test, Array.FindIndex(order, r => times[r] >= CutOf(cut, read)) is >= 0 and int at ? at : order.Length)
            : Begin(order, times, test - CountOf(input.Rows, Validation, "validation"));
        string? empty = validation <= 0 ? "train" : validation == test ? "validate" : null;
        return empty is null
            ? new SplitPlan([new Fold(Single, [.. order[..validation].Order()], [.. order[validation..test].Order()])], [.. order[test..].Order()])
            : throw AnnealException.BadData(
                string.Create(CultureInfo.InvariantCulture, $"the split by time leaves none of {input.Rows} rows to {empty} on{(Cut is null ? "" : $": the cut is {Cut}")}"),
                Cut is null ? "rows of one time stay together: give other fractions, or a finer time" : "move the cut");
    }

    private static int CountOf(int rows, double fraction, string part)
    {
        int count = (int)Math.Round(rows * fraction, MidpointRounding.AwayFromZero);
        return count > 0 || fraction == 0
            ? count
            : throw AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"a {part} part of {fraction:R} has none of {rows} rows"));
    }

    // The first row of the time that the position is in.
    private static int Begin(int[] order, double[] times, int position)
    {
        while (position > 0 && position < order.Length && times[order[position - 1]] == times[order[position]])
        {
            position--;
        }

        return position;
    }

    private static (double[] Times, Reader Read) Times(SplitInput input)
    {
        if (input.Marks is not { } marks)
        {
            return ([.. Enumerable.Range(0, input.Rows).Select(r => (double)r)], Number);
        }

        Reader read = Number(marks[0]) is null ? Date : Number;
        double[] times = new double[marks.Count];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = read(marks[i]) ?? throw AnnealException.BadData(
                string.Create(CultureInfo.InvariantCulture, $"row {i} (from 0): '{marks[i]}' is no {(read == Number ? "number, as the first row's time is" : "date like 2026-01-31 or 2026-01-31T12:00")}"),
                "times are numbers, or dates as ISO 8601 writes them");
        }

        return (times, read);
    }

    private static double CutOf(string cut, Reader read) => read(cut) ?? throw AnnealException.BadUsage(
        $"the cut '{cut}' is no {(read == Number ? "number" : "date like 2026-01-31")}, and the rows' times are");

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : null;

    private static double? Date(string text) =>
        DateTimeOffset.TryParseExact(text, s_formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date) ? date.UtcTicks : null;
}
