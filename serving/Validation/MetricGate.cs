namespace Anneal.Serving.Validation;

/// <summary>A metric, recomputed from ONNX Runtime's answers alone, meets a limit.</summary>
/// <param name="name">The gate's name in the report, such as <c>test.accuracy</c>.</param>
/// <param name="metric">One of the task's metrics, or the loss where the answers tell it.</param>
/// <param name="comparison">How the metric is held against the limit.</param>
/// <param name="limit">The limit.</param>
public sealed class MetricGate(string name, string metric, Comparison comparison, double limit) : IGate
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        if (!context.Metrics.TryGetValue(metric, out double value))
        {
            throw context.Set.Truth is null
                ? AnnealException.BadUsage($"gate '{name}' needs labels or targets, and the rows have none")
                : AnnealException.BadUsage($"gate '{name}': there is no metric '{metric}' here", $"there are: {string.Join(", ", context.Metrics.Keys)}");
        }

        return Comparisons.Hold(name, metric, value, comparison, limit);
    }
}
