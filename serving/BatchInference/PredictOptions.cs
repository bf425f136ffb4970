namespace Anneal.Serving.BatchInference;

/// <summary>How a file is run through a model.</summary>
public sealed record PredictOptions
{
    /// <summary>Rows per run.</summary>
    public int Batch { get; init; } = 256;

    /// <summary>Called after each batch that is written, on another thread, with the rows so far and those of the file (null when not known).</summary>
    public Action<long, long?>? Progress { get; init; }
}
