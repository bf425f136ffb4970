namespace Anneal.Serving.BatchInference;

/// <summary>How far a prediction has come.</summary>
/// <param name="Rows">Rows of the input that are dealt with.</param>
/// <param name="Total">The rows of the input; null where they are not known ahead of reading.</param>
/// <param name="Fraction">The part of the input that has been read, from 0 to 1.</param>
public readonly record struct PredictionProgress(long Rows, long? Total, double Fraction);
