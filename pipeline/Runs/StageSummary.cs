namespace Anneal.Pipeline.Runs;

/// <summary>A stage of a run.</summary>
/// <param name="Name">The stage's name.</param>
/// <param name="Status">done, failed, skipped or interrupted.</param>
/// <param name="Cached">Whether its result was there already, under the same key.</param>
/// <param name="Seconds">Wall time, in seconds.</param>
internal sealed record StageSummary(string Name, string Status, bool Cached, double Seconds);
