namespace Anneal.Serving.BatchInference;

/// <summary>What a prediction did.</summary>
/// <param name="Rows">Rows of the output, those of an earlier part of it included.</param>
/// <param name="Rejected">Rows that could not be read.</param>
/// <param name="RejectFile">The file that names them; null where there are none.</param>
/// <param name="ResumedFrom">The rows of the input that an earlier part had dealt with; 0 where there was none.</param>
/// <param name="Batch">Rows per run.</param>
/// <param name="Ignored">Columns of the input that the model does not read, other than its target.</param>
public sealed record PredictionSummary(long Rows, long Rejected, string? RejectFile, long ResumedFrom, int Batch, IReadOnlyList<string> Ignored);
