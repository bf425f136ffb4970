using Anneal.Onnx.Metrics;

namespace Anneal.Serving.Validation;

/// <summary>A variant's metric, recomputed from ONNX Runtime's answers, is at most so much worse than the float model's.</summary>
/// <param name="part">The rows' name: validation, test or train.</param>
/// <param name="metric">One of the task's metrics.</param>
/// <param name="reference">The float model's value on the same rows.</param>
/// <param name="limit">The largest drop: of a metric that is better when larger in its own unit, of a loss or error as a share of the float model's.</param>
public sealed class MetricDropGate(string part, string metric, double reference, double limit) : IGate
{
    /// <inheritdoc/>
    public string Name => $"{part}.{metric}_drop";

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context)
    {
        if (!context.Metrics.TryGetValue(metric, out double value))
        {
            throw AnnealException.BadUsage($"gate '{Name}': there is no metric '{metric}' here", $"there are: {string.Join(", ", context.Metrics.Keys)}");
        }

        double drop = MetricTable.HigherIsBetter(metric) ? reference - value : (value - reference) / Math.Max(Math.Abs(reference), double.Epsilon);
        return new GateResult(Name, drop <= limit, drop, limit, FormattableString.Invariant(
            $"{metric} {value:g6} after {reference:g6} of the float model on {context.Set.Rows} {part} rows, worse by {drop:g3}, expected at most {limit:g3}"));
    }
}
