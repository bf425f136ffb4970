using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Anneal.Onnx.Kernels;

/// <summary>Measures float products against the multiply-add peak of the machine.</summary>
public static unsafe class GemmBench
{
    private const int FewestRuns = 3;

    /// <summary>Runs one product over and over and keeps the fastest run.</summary>
    /// <param name="team">Threads to run on.</param>
    /// <param name="peak">GFLOP/s of <see cref="PeakFlops.Measure"/> on the same team.</param>
    /// <param name="m">Rows of the result.</param>
    /// <param name="n">Columns of the result.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="transA">Whether A is stored as [K, M].</param>
    /// <param name="transB">Whether B is stored as [N, K].</param>
    /// <param name="seconds">Time to spend, in seconds.</param>
    /// <returns>The fastest run.</returns>
    public static GemmRow Measure(Team team, double peak, int m, int n, int k, bool transA = false, bool transB = false, double seconds = 0.3)
    {
        int aLength = checked(m * k);
        int bLength = checked(k * n);
        int cLength = checked(m * n);
        nuint bytes = checked((nuint)sizeof(float) * ((nuint)aLength + (nuint)bLength + (nuint)cLength));
        float* a = (float*)NativeMemory.AlignedAlloc(bytes, 4096);
        byte* scratch = null;
        try
        {
            float* b = a + aLength;
            new Span<float>(a, aLength).Fill(0.5f);
            new Span<float>(b, bLength).Fill(0.25f);
            GemmPlan<float, GemmEpilogue<float>> plan = new(m, n, k, transA, transB);
            GemmEpilogue<float> epilogue = new();
            scratch = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, plan.ScratchBytes), 4096);
            double best = double.PositiveInfinity;
            long start = Stopwatch.GetTimestamp();
            // The first run touches the result's memory for the first time.
            for (int run = 0; run < FewestRuns || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; run++)
            {
                long runStart = Stopwatch.GetTimestamp();
                plan.Run(team, a, b, b + bLength, epilogue, scratch);
                best = Math.Min(best, Stopwatch.GetElapsedTime(runStart).TotalSeconds);
            }

            double gflops = 2.0 * m * n * k / best / 1e9;
            return new GemmRow(m, n, k, transA, transB, team.Threads, gflops, gflops / peak);
        }
        finally
        {
            NativeMemory.AlignedFree(scratch);
            NativeMemory.AlignedFree(a);
        }
    }
}
