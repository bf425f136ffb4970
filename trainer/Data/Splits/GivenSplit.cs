using System.Globalization;
using Anneal.Onnx;

namespace Anneal.Trainer.Data.Splits;

/// <summary>Each row's mark says which part it is of: train, validation or test, or 0, 1 or 2.</summary>
public sealed record GivenSplit : RowSplit
{
    private static readonly string[] s_parts = ["train", "validation", "test"];

    /// <inheritdoc/>
    public override SplitPlan Of(SplitInput input)
    {
        ILookup<int, int> rows = Enumerable.Range(0, input.Rows).ToLookup(r => PartOf(input.Marks![r], r));
        foreach (int part in (int[])[0, 1])
        {
            if (!rows.Contains(part))
            {
                throw AnnealException.BadData($"no row is marked '{s_parts[part]}'");
            }
        }

        return new SplitPlan([new Fold(Single, [.. rows[0]], [.. rows[1]])], [.. rows[2]]);
    }

    private static int PartOf(string mark, int row) => mark switch
    {
        "0" => 0,
        "1" => 1,
        "2" => 2,
        _ => Array.IndexOf(s_parts, mark) is >= 0 and int part
            ? part
            : throw AnnealException.BadData(
                string.Create(CultureInfo.InvariantCulture, $"row {row} (from 0): '{mark}' is no part of the data"), "mark rows as train, validation or test; in an array as 0, 1 or 2"),
    };
}
