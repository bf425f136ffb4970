namespace Anneal.Onnx.Formats;

/// <summary>What the fields of a column are read as.</summary>
public enum ColumnKind
{
    /// <summary>float32, NaN where missing.</summary>
    Number,

    /// <summary>A string, empty where missing.</summary>
    Category,

    /// <summary>Nothing.</summary>
    Ignore,
}
