using Anneal.Pipeline.Preflight;

namespace Anneal.Pipeline.Commands;

/// <summary>What <c>check</c> found.</summary>
/// <param name="Passed">Whether the pipeline can run.</param>
/// <param name="Summary">The data and the model, in a line.</param>
/// <param name="Checks">What preflight found; none where the pipeline leaves it out.</param>
internal sealed record CheckReport(bool Passed, string Summary, IReadOnlyList<PreflightResult> Checks);
