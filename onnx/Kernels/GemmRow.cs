namespace Anneal.Onnx.Kernels;

/// <summary>The measured speed of one product.</summary>
/// <param name="M">Rows of the result.</param>
/// <param name="N">Columns of the result.</param>
/// <param name="K">Length of the sums.</param>
/// <param name="TransA">Whether A is stored as [K, M].</param>
/// <param name="TransB">Whether B is stored as [N, K].</param>
/// <param name="Threads">Threads that took part.</param>
/// <param name="Gflops">GFLOP/s of the fastest run.</param>
/// <param name="FractionOfPeak">Gflops over the multiply-add peak of as many threads, measured beside it.</param>
public sealed record GemmRow(int M, int N, int K, bool TransA, bool TransB, int Threads, double Gflops, double FractionOfPeak);
