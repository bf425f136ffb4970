namespace Anneal.Serving.BatchInference;

/// <summary>How a file is run through a model.</summary>
public sealed record PredictOptions
{
    /// <summary>Rows per run; null to measure on the first rows which number is fast.</summary>
    public int? Batch { get; init; } = 256;

    /// <summary>Batches that are worked on beside each other, each read, run and put down by a thread of its own; 0 for one per core.</summary>
    public int Lanes { get; init; }

    /// <summary>Whether a row that cannot be read is written to the reject file and left out; else it is an error.</summary>
    public bool SkipBad { get; init; }

    /// <summary>The reject file; null for the output's name with <c>.rejects.csv</c>.</summary>
    public string? Rejects { get; init; }

    /// <summary>Whether to begin anew where an earlier prediction was stopped.</summary>
    public bool Fresh { get; init; }

    /// <summary>How often the state is saved, so that a killed prediction goes on from there.</summary>
    public TimeSpan SaveEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock by which the state is saved and batch sizes are measured.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Opens folders and zips of images; null where there is nobody to decode them.</summary>
    public ImageOpener? OpenImages { get; init; }

    /// <summary>Called after each batch that is written, on another thread.</summary>
    public Action<PredictionProgress>? Progress { get; init; }

    /// <summary>Called with what is worth saying before the first batch: the batch size chosen, from where it goes on, columns that are not read.</summary>
    public Action<string>? Say { get; init; }

    /// <summary>Rows of a Parquet file's row group, rounded up to whole batches.</summary>
    internal int RowGroup { get; init; } = 1 << 16;
}
