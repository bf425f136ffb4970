using System.Numerics;

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
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
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
                T best = T.NegativeInfinity;
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
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = axisX.Input;
        for (int i = 0; i < axisY.Output; i++)
        {
            T* top = x + (2 * (nint)i * width);
            long place = start + (2L * i * width);
            for (int j = 0; j < axisX.Output; j++, top += 2, place += 2)
            {
                T a = top[0];
                T b = top[1];
                T c = top[width];
                T d = top[width + 1];
                bool second = b > a || T.IsNaN(a);
                T upper = second ? b : a;
                bool fourth = d > c || T.IsNaN(c);
                T lower = fourth ? d : c;
                bool below = lower > upper || T.IsNaN(upper);
                *y++ = below ? lower : upper;
                long high = second ? place + 1 : place;
                long low = fourth ? place + width + 1 : place + width;
                *indices++ = below ? low : high;
            }
        }
    }
}
