using Anneal.Pipeline.Runs;

namespace Anneal.Pipeline.Commands;

/// <summary>What <c>validate --json</c> prints.</summary>
/// <param name="Rows">Rows that were run.</param>
/// <param name="Metrics">Metrics from ONNX Runtime's answers.</param>
/// <param name="Gates">The gates' outcomes.</param>
internal sealed record ValidateReport(
    string Model,
    string Engine,
    bool Passed,
    int Rows,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyList<GateSummary> Gates);
