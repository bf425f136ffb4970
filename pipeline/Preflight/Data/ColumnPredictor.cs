namespace Anneal.Pipeline.Preflight.Data;

/// <summary>How well a column by itself tells the answer to rows that it was not fitted on: by the rows with its value, or with the nearest one.</summary>
internal static class ColumnPredictor
{
    /// <summary>The share of a constant's error that the column takes away.</summary>
    /// <param name="column">The column.</param>
    /// <param name="fit">Rows to learn from.</param>
    /// <param name="judge">Rows to judge by.</param>
    /// <param name="classOf">The class of a row.</param>
    /// <returns>1 - errors / errors of the most frequent class; 1 is all, and below 0 it is worse.</returns>
    public static double SkillOfClasses(DataColumn column, int[] fit, int[] judge, Func<int, int> classOf)
    {
        int MostFrequent(IEnumerable<int> rows) => rows.CountBy(classOf).OrderByDescending(c => c.Value).ThenBy(c => c.Key).First().Key;
        int constant = MostFrequent(fit);
        Func<int, int> predict = Lookup(column, fit, MostFrequent, constant);
        double errors = judge.Count(r => predict(r) != classOf(r));
        double ofConstant = judge.Count(r => constant != classOf(r));
        return ofConstant == 0 ? 0 : 1 - (errors / ofConstant);
    }

    /// <summary>The share of the variance that the column explains: by the rows with its value, or by a straight line.</summary>
    /// <inheritdoc cref="SkillOfClasses"/>
    /// <param name="column">The column.</param>
    /// <param name="fit">Rows to learn from.</param>
    /// <param name="judge">Rows to judge by.</param>
    /// <param name="numberOf">The answer of a row.</param>
    public static double SkillOfNumbers(DataColumn column, int[] fit, int[] judge, Func<int, double> numberOf)
    {
        double constant = fit.Average(numberOf);
        double ofConstant = judge.Sum(r => Square(numberOf(r) - constant));
        if (ofConstant == 0)
        {
            return 0;
        }

        Func<int, double> lookup = Lookup(column, fit, rows => rows.Average(numberOf), constant);
        double skill = 1 - (judge.Sum(r => Square(numberOf(r) - lookup(r))) / ofConstant);
        if (column.Numbers is not { } x)
        {
            return skill;
        }

        int[] present = [.. fit.Where(r => !column.IsMissing(r))];
        double meanX = present.Select(r => (double)x[r]).DefaultIfEmpty(0).Average();
        double meanY = present.Select(numberOf).DefaultIfEmpty(constant).Average();
        double spread = present.Sum(r => Square(x[r] - meanX));
        double slope = spread == 0 ? 0 : present.Sum(r => (x[r] - meanX) * (numberOf(r) - meanY)) / spread;
        double ofLine = judge.Sum(r => Square(numberOf(r) - (column.IsMissing(r) ? constant : meanY + (slope * (x[r] - meanX)))));
        return Math.Max(skill, 1 - (ofLine / ofConstant));
    }

    private static Func<int, T> Lookup<T>(DataColumn column, int[] fit, Func<IEnumerable<int>, T> answer, T otherwise)
    {
        int[] absent = [.. fit.Where(column.IsMissing)];
        T ofMissing = absent.Length == 0 ? otherwise : answer(absent);
        IEnumerable<int> present = fit.Where(r => !column.IsMissing(r));
        if (column.Numbers is not { } numbers)
        {
            Dictionary<string, T> byText = present.GroupBy(r => column.Texts![r], StringComparer.Ordinal).ToDictionary(g => g.Key, g => answer(g), StringComparer.Ordinal);
            return row => column.IsMissing(row) ? ofMissing : byText.GetValueOrDefault(column.Texts![row], otherwise)!;
        }

        (float Value, T Answer)[] groups = [.. present.GroupBy(r => numbers[r]).OrderBy(g => g.Key).Select(g => (g.Key, answer(g)))];
        float[] values = [.. groups.Select(g => g.Value)];
        return row =>
        {
            if (column.IsMissing(row) || groups.Length == 0)
            {
                return ofMissing;
            }

            int at = Array.BinarySearch(values, numbers[row]);
            int above = Math.Min(at < 0 ? ~at : at, values.Length - 1);
            int below = at < 0 ? Math.Max(above - 1, 0) : above;
            return groups[numbers[row] - values[below] <= values[above] - numbers[row] ? below : above].Answer;
        };
    }

    private static double Square(double x) => x * x;
}
