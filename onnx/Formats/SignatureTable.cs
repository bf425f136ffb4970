using System.Collections.Immutable;

namespace Anneal.Onnx.Formats;

/// <summary>The text table that a model was trained on, as far as reading another one like it takes.</summary>
/// <param name="Format">How it is written down.</param>
/// <param name="Columns">All its columns in the file's order, the target and ignored ones included.</param>
/// <param name="Missing">Texts that stand for a missing value; an empty field always does.</param>
/// <param name="Targets">The columns that the model predicts, which a table to predict need not have.</param>
/// <param name="Weight">The column of the rows' weights, which it need not have either; null for none.</param>
public sealed record SignatureTable(CsvFormat Format, ImmutableArray<CsvColumn> Columns, ImmutableArray<string> Missing, ImmutableArray<string> Targets, string? Weight = null)
{
    /// <summary>Whether a table to predict need not have a column.</summary>
    /// <param name="column">The column's name.</param>
    /// <returns>True of targets and weight.</returns>
    public bool IsForTrainingOnly(string column) => Targets.Contains(column) || column == Weight;
}
