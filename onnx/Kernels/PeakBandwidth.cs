using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>The memory bandwidth of this machine, measured.</summary>
public static unsafe class PeakBandwidth
{
    /// <summary>A stream is longer than the last cache that a core has a share in.</summary>
    private const long StreamBytes = 256L << 20;
    private const int ItemBytes = 1 << 20;

    /// <summary>Reads and writes a stream on every thread of the team.</summary>
    /// <param name="team">Threads to measure.</param>
    /// <param name="repeats">Measurements of each, of which the fastest counts.</param>
    /// <returns>The rates of all threads together.</returns>
    public static MemoryRate Measure(Team team, int repeats = 6)
    {
        byte* stream = (byte*)NativeMemory.AlignedAlloc((nuint)StreamBytes, 4096);
        try
        {
            const int Items = (int)(StreamBytes / ItemBytes);
            float[] sums = new float[Items];
            Action<int> read = i => sums[i] = Sum((float*)(stream + ((long)i * ItemBytes)), ItemBytes / sizeof(float));
            Action<int> write = i => Fill((float*)(stream + ((long)i * ItemBytes)), ItemBytes / sizeof(float));
            team.Run(Items, write);
            return new MemoryRate(Rate(read), Rate(write));

            double Rate(Action<int> body)
            {
                double best = double.PositiveInfinity;
                for (int i = 0; i < repeats; i++)
                {
                    long start = Stopwatch.GetTimestamp();
                    team.Run(Items, body);
                    best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
                }

                return StreamBytes / best / 1e9;
            }
        }
        finally
        {
            NativeMemory.AlignedFree(stream);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(float* from, int length)
    {
        int width = Vector512<float>.Count;
        Vector512<float> a = Vector512<float>.Zero, b = a, c = a, d = a;
        for (float* end = from + length; from < end; from += 4 * width)
        {
            a += Vector512.Load(from);
            b += Vector512.Load(from + width);
            c += Vector512.Load(from + (2 * width));
            d += Vector512.Load(from + (3 * width));
        }

        return Vector512.Sum((a + b) + (c + d));
    }

    // Stores through the caches, as the kernels' are.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill(float* to, int length)
    {
        int width = Vector512<float>.Count;
        Vector512<float> value = Vector512<float>.One;
        for (float* end = to + length; to < end; to += 2 * width)
        {
            value.Store(to);
            value.Store(to + width);
        }
    }
}
