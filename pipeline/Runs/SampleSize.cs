namespace Anneal.Pipeline.Runs;

/// <summary>Over how many rows, drawn from how many, a figure was taken.</summary>
/// <param name="Rows">The rows drawn.</param>
/// <param name="Of">The rows that they were drawn from.</param>
internal sealed record SampleSize(int Rows, int Of);
