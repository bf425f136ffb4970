namespace Anneal.Pipeline.Commands;

/// <summary>What <c>predict --json</c> prints.</summary>
/// <param name="Rows">Rows that were read and written.</param>
/// <param name="IgnoredColumns">Columns of the input that the model does not read.</param>
internal sealed record PredictReport(string Model, string Input, string Output, string Engine, long Rows, double Seconds, double RowsPerS, IReadOnlyList<string> IgnoredColumns);
