namespace Anneal.Pipeline.Runs;

/// <summary>A complete stage of a run.</summary>
/// <param name="Key">The hash of all that its result follows from.</param>
/// <param name="Seconds">Wall time, in seconds.</param>
/// <param name="Note">What it did, in a line.</param>
/// <param name="Parts">The hash of each thing that the result follows from.</param>
internal sealed record StageRecord(string Key, double Seconds, string Note, IReadOnlyDictionary<string, string> Parts);
