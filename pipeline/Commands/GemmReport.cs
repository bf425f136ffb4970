namespace Anneal.Pipeline.Commands;

/// <summary>What <c>bench gemm --json</c> prints.</summary>
/// <param name="PeakGflops">The measured multiply-add peak on the largest number of threads.</param>
/// <param name="Results">A row for each size and number of threads.</param>
internal sealed record GemmReport(double PeakGflops, IReadOnlyList<GemmReport.Row> Results)
{
    /// <param name="FractionOfPeak">Gflops over the multiply-add peak of as many threads.</param>
    internal sealed record Row(int M, int N, int K, int Threads, double Gflops, double FractionOfPeak);
}
