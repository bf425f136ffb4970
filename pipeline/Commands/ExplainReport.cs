namespace Anneal.Pipeline.Commands;

/// <summary>What <c>explain --json</c> prints.</summary>
internal sealed record ExplainReport(string Pipeline, IReadOnlyList<ExplainReport.Entry> Values)
{
    /// <param name="Path">The key's path.</param>
    /// <param name="Value">Its YAML text; <c>~</c> when absent.</param>
    /// <param name="Origin">Where it was written.</param>
    /// <param name="Doc">What it means.</param>
    internal sealed record Entry(string Path, string Value, string Origin, string Doc);
}
