namespace Anneal.Serving.BatchInference;

/// <summary>What a prediction did.</summary>
/// <param name="Rows">Rows that were read and written.</param>
/// <param name="Ignored">Columns of the input that the model does not read, other than its target.</param>
public sealed record PredictionSummary(long Rows, IReadOnlyList<string> Ignored);
