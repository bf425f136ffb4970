using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>The float multiply-add rate of this machine, measured.</summary>
public static class PeakFlops
{
    private const int Steps = 1_000_000;
    private const int Chains = 12;

    /// <summary>Width of the vectors that the kernels use, in bits.</summary>
    public static int VectorBits => MicroKernelTable<float>.Bits;

    /// <summary>Runs independent multiply-add chains, held in registers, on every thread of the team.</summary>
    /// <param name="team">Threads to measure.</param>
    /// <param name="repeats">Measurements, of which the fastest counts.</param>
    /// <returns>GFLOP/s of all threads together, a multiply-add counting as two.</returns>
    public static double Measure(Team team, int repeats = 50)
    {
        double best = double.PositiveInfinity;
        float[] sinks = new float[team.Threads];
        Action<int> body = i => sinks[i] = Chain(Steps);
        for (int i = 0; i < repeats; i++)
        {
            long start = Stopwatch.GetTimestamp();
            team.Run(team.Threads, body);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return 2.0 * Chains * Steps * MicroKernelTable<float>.Width * team.Threads / best / 1e9;
    }

    private static float Chain(int steps) => MicroKernelTable<float>.Bits switch
    {
        512 => Vector512.Sum(Chain<Vector512<float>, Ops512<float>>(steps)),
        256 => Vector256.Sum(Chain<Vector256<float>, Ops256<float>>(steps)),
        _ => Vector128.Sum(Chain<Vector128<float>, Ops128<float>>(steps)),
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe TVector Chain<TVector, TOps>(int steps)
        where TVector : struct
        where TOps : IVectorOps<TVector, float>
    {
        float factor = 0.5f;
        TVector x = TOps.Broadcast(&factor);
        TVector c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x;
        TVector c8 = x, c9 = x, c10 = x, c11 = x;
        for (int i = 0; i < steps; i++)
        {
            c0 = TOps.MultiplyAdd(c0, x, x);
            c1 = TOps.MultiplyAdd(c1, x, x);
            c2 = TOps.MultiplyAdd(c2, x, x);
            c3 = TOps.MultiplyAdd(c3, x, x);
            c4 = TOps.MultiplyAdd(c4, x, x);
            c5 = TOps.MultiplyAdd(c5, x, x);
            c6 = TOps.MultiplyAdd(c6, x, x);
            c7 = TOps.MultiplyAdd(c7, x, x);
            c8 = TOps.MultiplyAdd(c8, x, x);
            c9 = TOps.MultiplyAdd(c9, x, x);
            c10 = TOps.MultiplyAdd(c10, x, x);
            c11 = TOps.MultiplyAdd(c11, x, x);
        }

        TVector left = TOps.Add(TOps.Add(TOps.Add(c0, c1), TOps.Add(c2, c3)), TOps.Add(TOps.Add(c4, c5), TOps.Add(c6, c7)));
        return TOps.Add(left, TOps.Add(TOps.Add(c8, c9), TOps.Add(c10, c11)));
    }
}
