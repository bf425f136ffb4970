using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Kernels;

namespace Anneal.Trainer.Data.Splits;

/// <summary>Rounds that draw as many rows as there are, with replacement, and validate on the rows that were not drawn (out of bag).</summary>
/// <param name="Rounds">The number of rounds, at least 1.</param>
/// <param name="Stratify">Whether each class is drawn from as often as it has rows.</param>
/// <seealso href="https://doi.org/10.1214/aos/1176344552">Efron, Bootstrap Methods: Another Look at the Jackknife (1979)</seealso>
public sealed record BootstrapSplit(int Rounds, bool Stratify) : RowSplit
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> FoldNames => Numbered(Rounds);

    /// <inheritdoc/>
    public override SplitPlan Of(SplitInput input)
    {
        (int[] rest, int[] test) = Split.HoldTest(input, Test, Stratify);
        int[][] strata = Stratify ? [.. rest.GroupBy(r => input.Classes![r]).OrderBy(g => g.Key).Select(g => g.ToArray())] : [rest];
        return new SplitPlan([.. Enumerable.Range(0, Rounds).Select(round => Draw(input, rest, strata, round))], test);
    }

    private Fold Draw(SplitInput input, int[] rest, int[][] strata, int round)
    {
        ulong key = CounterRandom.Key(input.Seed, "split/bootstrap");
        ulong counter = Permutation.FirstCounter(round);
        int[] drawn = new int[rest.Length];
        int count = 0;
        foreach (int[] stratum in strata)
        {
            for (int i = 0; i < stratum.Length; i++)
            {
                drawn[count++] = stratum[Permutation.Below((uint)stratum.Length, key, ref counter)];
            }
        }

        Array.Sort(drawn);
        int[] left = [.. rest.Except(drawn)];
        return left.Length > 0
            ? new Fold(FoldNames[round], drawn, left)
            : throw AnnealException.BadData(
                string.Create(CultureInfo.InvariantCulture, $"round {round + 1} of the bootstrap draws every one of {rest.Length} rows: none is out of bag to validate on"),
                Stratify ? "add rows: a class of one row is always drawn; or set stratify: false" : "add rows, or hold rows out by another split");
    }
}
