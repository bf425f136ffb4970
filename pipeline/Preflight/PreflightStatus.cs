namespace Anneal.Pipeline.Preflight;

/// <summary>How a check ended.</summary>
internal enum PreflightStatus
{
    Passed,
    Warning,
    Failed,
    Skipped,
}
