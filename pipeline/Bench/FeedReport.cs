namespace Anneal.Pipeline.Bench;

/// <summary>What <c>bench feed --json</c> prints.</summary>
/// <param name="Case">The case's name.</param>
/// <param name="Threads">Threads of the step.</param>
/// <param name="StepRowsPerS">Rows per second that training steps take.</param>
/// <param name="Chains">What one thread gives.</param>
internal sealed record FeedReport(string Case, int Threads, double StepRowsPerS, IReadOnlyList<FeedReport.Chain> Chains)
{
    /// <summary>Augmentations one after another.</summary>
    /// <param name="Augment">Their names.</param>
    /// <param name="RowsPerS">Rows per second that one thread gathers and augments.</param>
    /// <param name="OfStep">That over what steps take: below 1, the feed is the bottleneck.</param>
    internal sealed record Chain(string Augment, double RowsPerS, double OfStep);
}
