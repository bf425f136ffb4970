namespace Anneal.Serving.BatchInference;

/// <summary>A row that could not be read.</summary>
/// <param name="Line">Its line in a text file; in any other its number. Both from 1.</param>
/// <param name="Reason">Why, without the file's name.</param>
internal readonly record struct RejectedRow(long Line, string Reason);
