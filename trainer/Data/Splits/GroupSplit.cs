using System.Globalization;
using Anneal.Onnx;

namespace Anneal.Trainer.Data.Splits;

/// <summary>Rows of one group are never on both sides.</summary>
/// <param name="K">The number of folds, at least 2; null for one split by a fraction.</param>
/// <param name="Validation">The fraction of all rows to validate on, met as nearly as whole groups allow; without use where there are folds.</param>
/// <remarks>Groups come in random order by the seed. For folds the largest are dealt first, each to the fold that has the fewest rows.</remarks>
public sealed record GroupSplit(int? K, double Validation) : RowSplit
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> FoldNames => K is { } k ? Numbered(k) : base.FoldNames;

    /// <inheritdoc/>
    public override SplitPlan Of(SplitInput input)
    {
        string[] names = [.. input.Marks!.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (names.Length == 1)
        {
            throw AnnealException.BadData($"all rows are of one group, '{names[0]}': none can be held out", "name another column, or use another split");
        }

        ILookup<string, int> rows = Enumerable.Range(0, input.Rows).ToLookup(r => input.Marks![r], StringComparer.Ordinal);
        List<int[]> groups = [.. Permutation.Of(input.Seed, "split/groups", 0, names.Length).Select(i => rows[names[i]].ToArray())];
        List<int[]> test = Test > 0 ? Take(groups, input.Rows * Test) : [];
        int[][] parts = [.. K is { } k ? Deal(groups, k) : Take(groups, input.Rows * Validation) is var held && groups.Count > 0
            ? (int[][])[[.. held.SelectMany(g => g)]]
            : throw AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"the split leaves none of {names.Length} groups to train on"))];
        int[] all = [.. Enumerable.Range(0, input.Rows).Except(test.SelectMany(g => g))];
        return new SplitPlan(
            [.. parts.Select((part, i) => new Fold(FoldNames[i], [.. all.Except(part)], [.. part.Order()]))],
            [.. test.SelectMany(g => g).Order()]);
    }

    // Takes the groups that bring the number of rows nearer to what is wanted, at least the smallest.
    private static List<int[]> Take(List<int[]> groups, double wanted)
    {
        int count = 0;
        List<int[]> taken = [];
        foreach (int[] group in groups)
        {
            if (Math.Abs(count + group.Length - wanted) < Math.Abs(count - wanted))
            {
                taken.Add(group);
                count += group.Length;
            }
        }

        taken = taken.Count > 0 ? taken : [groups.MinBy(g => g.Length)!];
        groups.RemoveAll(taken.Contains);
        return taken;
    }

    private static int[][] Deal(List<int[]> groups, int k)
    {
        if (k > groups.Count)
        {
            throw AnnealException.BadUsage(
                string.Create(CultureInfo.InvariantCulture, $"{k} folds of {groups.Count} groups: a fold would have no group"), "lower 'k'");
        }

        List<int>[] folds = [.. Enumerable.Range(0, k).Select(_ => new List<int>())];
        foreach (int[] group in groups.OrderByDescending(g => g.Length))
        {
            folds.MinBy(f => f.Count)!.AddRange(group);
        }

        return [.. folds.Select(f => f.ToArray())];
    }
}
