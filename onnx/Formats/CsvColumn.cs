namespace Anneal.Onnx.Formats;

/// <summary>A column of a text table.</summary>
/// <param name="Name">Its name, from the header line or from whoever describes the file.</param>
/// <param name="Kind">What its fields are read as.</param>
public sealed record CsvColumn(string Name, ColumnKind Kind)
{
    /// <summary>Whether the fields' text is kept as well, whatever their kind.</summary>
    public bool KeepsText { get; init; }
}
