namespace Anneal.Pipeline.Commands;

/// <summary>What <c>predict --json</c> prints.</summary>
/// <param name="Batch">Rows per run.</param>
/// <param name="Rows">Rows of the output.</param>
/// <param name="Rejected">Rows that could not be read and are left out.</param>
/// <param name="RejectFile">The file that names them; null where there are none.</param>
/// <param name="ResumedFrom">Rows of the input that an earlier, stopped command had dealt with.</param>
/// <param name="RowsPerS">Rows that this command dealt with per second.</param>
/// <param name="PeakRssMb">The largest resident size, in MB.</param>
/// <param name="IgnoredColumns">Columns of the input that the model does not read.</param>
internal sealed record PredictReport(
    string Model,
    string Input,
    string Output,
    string Engine,
    int Batch,
    long Rows,
    long Rejected,
    string? RejectFile,
    long ResumedFrom,
    double Seconds,
    double RowsPerS,
    double PeakRssMb,
    IReadOnlyList<string> IgnoredColumns);
