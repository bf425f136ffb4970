using Anneal.Onnx;
using Anneal.Trainer.Data.Splits;

namespace Anneal.Trainer.Data;

/// <summary>Holds rows out of a table.</summary>
public static class Split
{
    /// <summary>Holds out random rows by the seed.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="validation">The fraction of all rows to validate on.</param>
    /// <param name="test">The fraction of all rows to test on.</param>
    /// <param name="strata">[rows] class indices whose shares each part keeps, to within a row; null for none.</param>
    /// <param name="classNames">The classes' names in errors.</param>
    /// <param name="seed">The run's seed.</param>
    /// <returns>The parts; a held-out one has round(rows · fraction) rows.</returns>
    /// <exception cref="AnnealException">A part with a fraction gets no row, no row is left to train on, or a class to stratify has a single row.</exception>
    public static SplitRows Holdout(int rows, double validation, double test, ReadOnlySpan<long> strata, ulong seed, IReadOnlyList<string>? classNames = null)
    {
        var classes = Classes(rows, strata, classNames);
        int[] owner = new int[rows];
        Hold(owner, 1, Count(rows, test, "test"), classes, Permutation.Of(seed, "split/test", 0, rows));
        Hold(owner, 2, Count(rows, validation, "validation"), classes, Permutation.Of(seed, "split/validation", 0, rows));
        int[][] parts = [.. Enumerable.Range(0, 3).Select(p => Enumerable.Range(0, rows).Where(r => owner[r] == p).ToArray())];
        return parts[0].Length > 0
            ? new SplitRows(parts[0], parts[2], parts[1])
            : throw AnnealException.BadData($"the split leaves none of {rows} rows to train on");
    }

    /// <summary>Holds random rows out to test on, as <see cref="Holdout"/> does.</summary>
    internal static (int[] Others, int[] Test) HoldTest(SplitInput input, double share, bool stratify)
    {
        if (share == 0)
        {
            return ([.. Enumerable.Range(0, input.Rows)], []);
        }

        SplitRows rows = Holdout(input.Rows, 0, share, stratify ? input.Classes : [], input.Seed, input.ClassNames);
        return (rows.Train, rows.Test);
    }

    private static int Count(int rows, double fraction, string part)
    {
        int count = (int)Math.Round(rows * fraction, MidpointRounding.AwayFromZero);
        return count > 0 || fraction == 0 ? count : throw AnnealException.BadData($"a {part} part of {fraction:R} has none of {rows} rows");
    }

    private static int[] Classes(int rows, ReadOnlySpan<long> strata, IReadOnlyList<string>? classNames)
    {
        int[] classes = new int[rows];
        if (strata.IsEmpty)
        {
            return classes;
        }

        for (int i = 0; i < rows; i++)
        {
            classes[i] = checked((int)strata[i]);
        }

        foreach ((int index, int count) in classes.CountBy(c => c).OrderBy(c => c.Key))
        {
            if (count == 1)
            {
                throw AnnealException.BadUsage(
                    $"class '{(classNames is null ? $"{index}" : classNames[index])}' has a single row (row {Array.IndexOf(classes, index)} from 0), so the split cannot be stratified",
                    "set stratify: false, or add rows of that class");
            }
        }

        return classes;
    }

    /// <summary>Gives rows that nobody has yet to a part, each class in its share by largest remainders.</summary>
    private static void Hold(int[] owner, int part, int count, int[] classes, int[] order)
    {
        var sizes = classes.CountBy(c => c).OrderBy(c => c.Key).ToArray();
        var quotas = sizes.ToDictionary(s => s.Key, s => (int)((long)count * s.Value / owner.Length));
        var free = classes.Where((_, row) => owner[row] == 0).CountBy(c => c).ToDictionary();
        int[] byRemainder = [.. sizes.OrderByDescending(s => (long)count * s.Value % owner.Length).ThenBy(s => s.Key).Select(s => s.Key)];
        int missing = Math.Min(count, free.Values.Sum()) - quotas.Values.Sum();
        while (missing > 0)
        {
            foreach (int index in byRemainder.Where(c => quotas[c] < free.GetValueOrDefault(c)).Take(missing).ToArray())
            {
                quotas[index]++;
                missing--;
            }
        }

        foreach (int row in order)
        {
            if (owner[row] == 0 && quotas[classes[row]] > 0)
            {
                quotas[classes[row]]--;
                owner[row] = part;
            }
        }
    }
}
