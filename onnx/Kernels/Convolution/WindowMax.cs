using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Anneal.Onnx.Kernels;

/// <summary>The largest elements of the windows over one plane.</summary>
internal static unsafe class WindowMax
{
    /// <summary>Fills a plane of results.</summary>
    /// <param name="x">The plane.</param>
    /// <param name="y">Receives the largest elements; may be null.</param>
    /// <param name="indices">Receives their places; may be null.</param>
    /// <param name="start">The place of the plane's first element.</param>
    /// <param name="axisY">The vertical axis.</param>
    /// <param name="axisX">The horizontal axis.</param>
    /// <param name="isColumnMajor">Whether places count down the columns first.</param>
    public static void Plane<T>(T* x, T* y, long* indices, long start, in WindowAxis axisY, in WindowAxis axisX, bool isColumnMajor)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        bool isPair = axisY is { Kernel: 2, Stride: 2, Dilation: 1, Begin: 0 } && axisX is { Kernel: 2, Stride: 2, Dilation: 1, Begin: 0 }
            && axisY.Output * 2 <= axisY.Input && axisX.Output * 2 <= axisX.Input && !isColumnMajor && y != null && indices != null;
        if (isPair)
        {
            Pairs(x, y, indices, start, axisY, axisX);
            return;
        }

        int at = 0;
        for (int i = 0; i < axisY.Output; i++)
        {
            for (int j = 0; j < axisX.Output; j++, at++)
            {
                T best = Reduction.Largest<T>.Identity;
                int bestRow = -1;
                int bestColumn = -1;
                for (int ky = 0; ky < axisY.Kernel; ky++)
                {
                    int row = (i * axisY.Stride) - axisY.Begin + (ky * axisY.Dilation);
                    for (int kx = 0; (uint)row < (uint)axisY.Input && kx < axisX.Kernel; kx++)
                    {
                        int column = (j * axisX.Stride) - axisX.Begin + (kx * axisX.Dilation);
                        if ((uint)column < (uint)axisX.Input)
                        {
                            T value = x[(row * axisX.Input) + column];
                            if (bestRow < 0 || value > best || T.IsNaN(best))
                            {
                                best = value;
                                bestRow = row;
                                bestColumn = column;
                            }
                        }
                    }
                }

                if (y != null)
                {
                    y[at] = best;
                }

                if (indices != null)
                {
                    indices[at] = start + (isColumnMajor ? ((long)bestColumn * axisY.Input) + bestRow : ((long)bestRow * axisX.Input) + bestColumn);
                }
            }
        }
    }

    private static void Pairs<T>(T* x, T* y, long* indices, long start, in WindowAxis axisY, in WindowAxis axisX)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        int width = axisX.Input;
        for (int i = 0; i < axisY.Output; i++)
        {
            T* top = x + (2 * (nint)i * width);
            long place = start + (2L * i * width);
            int j = 0;
            if (typeof(T) == typeof(float) && Avx512F.IsSupported)
            {
                // What is written past a row's end is overwritten by the next rows; so the last ones of a plane are not for vectors.
                int wide = (axisX.Output + 15) / 16 * 16;
                bool fits = (axisY.Output - i) * axisX.Output >= wide && (axisY.Input - (2 * i) - 1) * width >= 2 * wide;
                for (; fits && j < axisX.Output; j += 16)
                {
                    Sixteen((float*)top + (2 * j), width, (float*)y + j, indices + j, place + (2 * j));
                }
            }

            for (; j < axisX.Output; j++)
            {
                T* corner = top + (2 * j);
                T best = corner[0];
                int at = 0;
                Take(corner[1], 1, ref best, ref at);
                Take(corner[width], width, ref best, ref at);
                Take(corner[width + 1], width + 1, ref best, ref at);
                y[j] = best;
                indices[j] = place + (2 * j) + at;
            }

            y += axisX.Output;
            indices += axisX.Output;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take<T>(T value, int place, ref T best, ref int at)
        where T : INumber<T>
    {
        bool wins = value > best || T.IsNaN(best);
        best = wins ? value : best;
        at = wins ? place : at;
    }

    /// <summary>Sixteen windows of two by two side by side.</summary>
    private static void Sixteen(float* top, int width, float* y, long* indices, long place)
    {
        Vector512<int> even = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        Vector512<int> odd = even + Vector512<int>.One;
        Vector512<float> a = Vector512.Load(top);
        Vector512<float> b = Vector512.Load(top + 16);
        Vector512<float> c = Vector512.Load(top + width);
        Vector512<float> d = Vector512.Load(top + width + 16);
        Vector512<float> best = Avx512F.PermuteVar16x32x2(a, even, b);
        Vector512<int> at = even;
        Take(Avx512F.PermuteVar16x32x2(a, odd, b), odd, ref best, ref at);
        Take(Avx512F.PermuteVar16x32x2(c, even, d), even + Vector512.Create(width), ref best, ref at);
        Take(Avx512F.PermuteVar16x32x2(c, odd, d), odd + Vector512.Create(width), ref best, ref at);
        best.Store(y);
        (Vector512<long> low, Vector512<long> high) = Vector512.Widen(at);
        (low + Vector512.Create(place)).Store(indices);
        (high + Vector512.Create(place)).Store(indices + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(Vector512<float> value, Vector512<int> place, ref Vector512<float> best, ref Vector512<int> at)
    {
        Vector512<float> wins = Vector512.GreaterThan(value, best) | ~Vector512.Equals(best, best);
        best = Vector512.ConditionalSelect(wins, value, best);
        at = Vector512.ConditionalSelect(wins.AsInt32(), place, at);
    }
}
