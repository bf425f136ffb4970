using Anneal.Pipeline.Config;

namespace Anneal.Pipeline.Commands;

/// <summary>What <c>--json</c> prints of an error.</summary>
internal sealed record ErrorReport(ErrorReport.Body Error)
{
    /// <param name="Code">The exit code.</param>
    /// <param name="Message">The message.</param>
    /// <param name="Diagnostics">The errors of a configuration, by position; empty for any other error.</param>
    internal sealed record Body(int Code, string Message, IReadOnlyList<Diagnostic> Diagnostics);
}
