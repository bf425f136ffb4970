namespace Anneal.Onnx.Ir;

/// <summary>Where something comes from: the user's line.</summary>
/// <param name="File">File name, or null when it has none.</param>
/// <param name="Line">Line, from 1; 0 when unknown.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Path">Path of the key or layer within the file, such as <c>model.layers[2]</c>.</param>
public sealed record Origin(string? File, int Line, int Column, string? Path)
{
    /// <summary>No origin.</summary>
    public static Origin None { get; } = new(null, 0, 0, null);

    /// <inheritdoc/>
    public override string ToString()
    {
        string place = File is null ? "" : Line == 0 ? File : $"{File}:{Line}:{Column}";
        return Path is null ? place : place.Length == 0 ? Path : $"{place} {Path}";
    }
}
