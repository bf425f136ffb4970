using System.Globalization;
using Anneal.Onnx;

namespace Anneal.Trainer.Data.Splits;

/// <summary>K folds of nearly one size, each row validated on once in each repeat.</summary>
/// <param name="K">The number of folds, at least 2.</param>
/// <param name="Stratify">Whether each fold keeps the share of every class, to within a row.</param>
/// <remarks>
/// The rows, in random order and then by class where stratified, are dealt to the folds in turn, so that sizes differ by at most one row,
/// and so does each class's share. Neither shuffled nor stratified, each fold is a run of consecutive rows.
/// </remarks>
public sealed record KFoldSplit(int K, bool Stratify) : RowSplit
{
    /// <summary>Whether rows are put in random order first.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>How often the whole is done, each time in another random order; null for once, whose folds bear one number.</summary>
    public int? Repeats { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> FoldNames => Repeats is { } repeats
        ? [.. Numbered(repeats).SelectMany(_ => Numbered(K), (repeat, fold) => $"{repeat}.{fold}")]
        : Numbered(K);

    /// <inheritdoc/>
    public override SplitPlan Of(SplitInput input)
    {
        (int[] rest, int[] test) = Split.HoldTest(input, Test, Stratify);
        if (K > rest.Length)
        {
            throw AnnealException.BadUsage(
                string.Create(CultureInfo.InvariantCulture, $"{K} folds of {rest.Length} rows: a fold would have no row"), "lower 'k', or add rows");
        }

        CheckClasses(input, rest);
        return new SplitPlan([.. Enumerable.Range(0, Repeats ?? 1).SelectMany(repeat => Folds(input, rest, repeat))], test);
    }

    private void CheckClasses(SplitInput input, int[] rest)
    {
        if (!Stratify)
        {
            return;
        }

        foreach ((int index, int count) in rest.CountBy(r => (int)input.Classes![r]).OrderBy(c => c.Key))
        {
            if (count < K)
            {
                throw AnnealException.BadUsage(
                    string.Create(CultureInfo.InvariantCulture, $"class '{input.ClassName(index)}' has {count} {(count == 1 ? "row" : "rows")} to train and validate on, fewer than the {K} folds, so the split cannot be stratified"),
                    "lower 'k', set stratify: false, or add rows of that class");
            }
        }
    }

    private IEnumerable<Fold> Folds(SplitInput input, int[] rest, int repeat)
    {
        IEnumerable<int> order = Shuffle ? Permutation.Of(input.Seed, "split/folds", repeat, rest.Length).Select(i => rest[i]) : rest;
        int[] dealt = [.. Stratify ? order.OrderBy(r => input.Classes![r]) : order];
        int[] owner = new int[input.Rows];
        for (int i = 0; i < dealt.Length; i++)
        {
            owner[dealt[i]] = Shuffle || Stratify ? i % K : (int)((long)i * K / dealt.Length);
        }

        for (int fold = 0; fold < K; fold++)
        {
            ILookup<bool, int> isHeld = rest.ToLookup(r => owner[r] == fold);
            yield return new Fold(FoldNames[(repeat * K) + fold], [.. isHeld[false]], [.. isHeld[true]]);
        }
    }
}
