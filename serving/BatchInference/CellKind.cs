namespace Anneal.Serving.BatchInference;

/// <summary>What a file says of a value.</summary>
internal enum CellKind
{
    /// <summary>There is none.</summary>
    Missing,

    /// <summary>Text that may be a number: the file does not tell.</summary>
    Untyped,

    /// <summary>A number, written down in text.</summary>
    Number,

    /// <summary>Text and no number.</summary>
    Text,
}
