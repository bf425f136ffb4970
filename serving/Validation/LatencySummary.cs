namespace Anneal.Serving.Validation;

/// <summary>How fast a model answers at one batch size; runs before it is warm are left out.</summary>
/// <param name="Batch">Rows per run.</param>
/// <param name="P50Ms">The median time of a run, in ms.</param>
/// <param name="P99Ms">The time that 99 of 100 runs stay within, in ms.</param>
/// <param name="RowsPerSecond">Rows per second of running.</param>
public sealed record LatencySummary(int Batch, double P50Ms, double P99Ms, double RowsPerSecond);
