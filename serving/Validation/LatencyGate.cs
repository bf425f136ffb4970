namespace Anneal.Serving.Validation;

/// <summary>A percentile of the time of a run stays within a limit.</summary>
/// <param name="batch">Rows per run.</param>
/// <param name="percentile">50 or 99.</param>
/// <param name="limitMs">The limit, in ms.</param>
/// <exception cref="ArgumentOutOfRangeException">The percentile is neither 50 nor 99.</exception>
public sealed class LatencyGate(int batch, int percentile, double limitMs) : IGate
{
    private readonly int _percentile = percentile is 50 or 99 ? percentile : throw new ArgumentOutOfRangeException(nameof(percentile), percentile, "expected 50 or 99");

    /// <inheritdoc/>
    public string Name => FormattableString.Invariant($"latency_ms.p{_percentile}");

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        LatencySummary latency = context.PassAt(batch).Latency();
        double value = _percentile == 50 ? latency.P50Ms : latency.P99Ms;
        string detail = FormattableString.Invariant(
            $"batch size {latency.Batch}: p50 {latency.P50Ms:g3} ms, p99 {latency.P99Ms:g3} ms, {latency.RowsPerSecond:f0} rows/s");
        return new GateResult(Name, value <= limitMs, value, limitMs, detail);
    }
}
