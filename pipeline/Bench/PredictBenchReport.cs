namespace Anneal.Pipeline.Bench;

/// <summary>What <c>bench predict --json</c> prints.</summary>
/// <param name="Batch">Rows per run.</param>
/// <param name="Threads">Threads of each side.</param>
/// <param name="Sides">ONNX Runtime alone, in each of two ways, then predict for each kind of output.</param>
/// <param name="PeakRssMb">The largest resident size, in MB; most of it are the values that the bare loop keeps.</param>
internal sealed record PredictBenchReport(int Batch, int Threads, IReadOnlyList<PredictBenchReport.Side> Sides, double PeakRssMb)
{
    /// <summary>One side of the comparison.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Rows">Rows of a measurement.</param>
    /// <param name="RowsPerS">Rows per second of its fastest measurement.</param>
    /// <param name="Ratio">That over the first side's.</param>
    /// <param name="CpuUsPerRow">Time of all processors per row in the measurement that took least of it, in µs: unlike the rates, it hardly depends on what else the machine does.</param>
    internal sealed record Side(string Name, long Rows, double RowsPerS, double Ratio, double CpuUsPerRow);
}
