using System.Text.Json.Serialization;
using Anneal.Onnx.Profiles;
using Anneal.Pipeline.Runs;
using Anneal.Serving.Comparing;

namespace Anneal.Pipeline.Commands;

/// <summary>What <c>validate --json</c> prints.</summary>
/// <param name="Rows">Rows that were run.</param>
/// <param name="Metrics">Metrics from ONNX Runtime's answers.</param>
/// <param name="Gates">The gates' outcomes.</param>
internal sealed record ValidateReport(
    string Model,
    string Engine,
    bool Passed,
    long Rows,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyList<GateSummary> Gates)
{
    /// <summary>How two models, engines or batch sizes differ; null where labelled rows were validated on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ComparisonReport? Comparison { get; init; }

    /// <summary>How the rows differ from those of training, by column; empty where the file has no profile.</summary>
    public IReadOnlyList<DriftMeasure> Drift { get; init; } = [];
}
