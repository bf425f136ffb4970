namespace Anneal.Serving.Validation;

/// <summary>At a batch size the model answers at least so many rows a second; runs before it is warm are left out.</summary>
/// <param name="batch">Rows per run.</param>
/// <param name="rowsPerSecond">The limit.</param>
public sealed class ThroughputGate(int batch, double rowsPerSecond) : IGate
{
    /// <inheritdoc/>
    public string Name => "throughput.rows_per_s";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        LatencySummary speed = context.PassAt(batch).Latency();
        return new GateResult(Name, speed.RowsPerSecond >= rowsPerSecond, speed.RowsPerSecond, rowsPerSecond, FormattableString.Invariant(
            $"batch size {speed.Batch}: {speed.RowsPerSecond:f0} rows/s, expected at least {rowsPerSecond:g6}"));
    }
}
