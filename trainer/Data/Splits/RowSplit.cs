using Anneal.Onnx;

namespace Anneal.Trainer.Data.Splits;

/// <summary>A way to hold rows out of a table, a pure function of the table and the seed.</summary>
public abstract record RowSplit
{
    private protected const string Single = "1";

    /// <summary>The fraction of all rows to test on; they are held out first.</summary>
    public double Test { get; init; }

    /// <summary>The names of the folds it makes, in order, known before any row is.</summary>
    public virtual IReadOnlyList<string> FoldNames => [Single];

    /// <summary>Divides the rows.</summary>
    /// <param name="input">The rows.</param>
    /// <returns>The folds and the test rows.</returns>
    /// <exception cref="AnnealException">The rows cannot be divided like that; the message says why.</exception>
    public abstract SplitPlan Of(SplitInput input);

    private protected static IReadOnlyList<string> Numbered(int count) =>
        [.. Enumerable.Range(1, count).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))];
}
