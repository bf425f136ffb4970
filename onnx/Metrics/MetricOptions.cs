namespace Anneal.Onnx.Metrics;

/// <summary>The settings of the metrics.</summary>
/// <param name="TopK">The number of classes among which the true one counts as found; null for no such metric.</param>
/// <param name="Bins">The number of bins of the calibration, at least 1.</param>
public sealed record MetricOptions(int? TopK = null, int Bins = 15);
