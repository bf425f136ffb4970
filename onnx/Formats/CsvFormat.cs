namespace Anneal.Onnx.Formats;

/// <summary>How a text table is written down.</summary>
public sealed record CsvFormat
{
    /// <summary>The character between fields: ASCII, no quote and no line end.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>Whether the first line names the columns.</summary>
    public bool Header { get; init; } = true;

    /// <summary>Whether spaces and tabs around fields are dropped.</summary>
    public bool Trim { get; init; }

    /// <summary>Whether empty lines between rows are skipped; they are errors otherwise, save at the end of the file.</summary>
    public bool SkipBlankLines { get; init; }
}
