namespace Anneal.Serving.BatchInference;

/// <summary>What a file of answers is written as.</summary>
internal enum OutputKind
{
    /// <summary>A text table.</summary>
    Csv,

    /// <summary>An object of JSON per line.</summary>
    JsonLines,

    /// <summary>One output as a NumPy array.</summary>
    Npy,

    /// <summary>A table in Apache's columnar format.</summary>
    Parquet,
}
