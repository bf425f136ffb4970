namespace Anneal.Serving.Validation;

/// <summary>A metric that the trainer recorded on other rows than those validated here meets a limit.</summary>
/// <param name="name">The gate's name in the report, such as <c>validation.accuracy</c>.</param>
/// <param name="value">The recorded value.</param>
/// <param name="comparison">How the metric is held against the limit.</param>
/// <param name="limit">The limit.</param>
public sealed class RecordedMetricGate(string name, double value, Comparison comparison, double limit) : IGate
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public GateResult Check(ValidationContext context) => Comparisons.Hold(name, name, value, comparison, limit);
}
