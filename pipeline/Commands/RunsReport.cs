namespace Anneal.Pipeline.Commands;

/// <summary>What <c>runs --json</c> prints: the newest run first.</summary>
internal sealed record RunsReport(IReadOnlyList<RunsReport.RunRow> Runs)
{
    /// <param name="Run">The run's folder.</param>
    /// <param name="Created">When it began, in UTC.</param>
    /// <param name="Metrics">By part and name.</param>
    internal sealed record RunRow(
        string Pipeline,
        string Run,
        string Status,
        DateTimeOffset Created,
        double Seconds,
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics,
        string? Model);
}
