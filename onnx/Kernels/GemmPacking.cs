using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Anneal.Onnx.Kernels;

/// <summary>Brings columns of an operand into the order in which the kernel reads them.</summary>
internal static unsafe class GemmPacking
{
    // Fewer than the ways of a first cache: lines a power of two apart share a set of it.
    private const int StepsAtOnce = 8;

    /// <summary>packed[p * stride + j] = b[p * bStep + j * bColumn], zero for j ≥ columns. One of the two strides of b is 1.</summary>
    public static void Pack<T>(T* b, nint bColumn, nint bStep, int depth, int columns, T* packed, int stride)
        where T : unmanaged
    {
        if (bColumn == 1)
        {
            for (int p = 0; p < depth; p++, b += bStep, packed += stride)
            {
                Unsafe.CopyBlockUnaligned(packed, b, (uint)(columns * sizeof(T)));
                Unsafe.InitBlockUnaligned(packed + columns, 0, (uint)((stride - columns) * sizeof(T)));
            }

            return;
        }

        int j = 0;
        if (typeof(T) == typeof(float))
        {
            for (; Avx512F.IsSupported && j <= columns - 16; j += 16)
            {
                int p = 0;
                for (; p <= depth - 16; p += 16)
                {
                    Transpose16((float*)b + (j * bColumn) + p, bColumn, (float*)packed + ((nint)p * stride) + j, stride);
                }

                Copy(b + (j * bColumn), bColumn, p, depth, 16, packed + j, stride);
            }

            for (; (Sse.IsSupported || AdvSimd.Arm64.IsSupported) && j <= columns - 4; j += 4)
            {
                int p = 0;
                for (; p <= depth - 4; p += 4)
                {
                    Transpose4((float*)b + (j * bColumn) + p, bColumn, (float*)packed + ((nint)p * stride) + j, stride);
                }

                Copy(b + (j * bColumn), bColumn, p, depth, 4, packed + j, stride);
            }
        }

        Copy(b + (j * bColumn), bColumn, 0, depth, columns - j, packed + j, stride);
        for (int p = 0; columns < stride && p < depth; p++)
        {
            Unsafe.InitBlockUnaligned(packed + ((nint)p * stride) + columns, 0, (uint)((stride - columns) * sizeof(T)));
        }
    }

    private static void Copy<T>(T* b, nint bColumn, int start, int end, int columns, T* packed, int stride)
        where T : unmanaged
    {
        for (int p = start; p < end; p++)
        {
            for (int j = 0; j < columns; j++)
            {
                packed[((nint)p * stride) + j] = b[(j * bColumn) + p];
            }
        }
    }

    private static void Transpose4(float* source, nint sourceStride, float* destination, nint stride)
    {
        Vector128<float> a = Vector128.Load(source);
        Vector128<float> b = Vector128.Load(source + sourceStride);
        Vector128<float> c = Vector128.Load(source + (2 * sourceStride));
        Vector128<float> d = Vector128.Load(source + (3 * sourceStride));
        Vector128<float> low = ZipLow(a, c);
        Vector128<float> high = ZipHigh(a, c);
        Vector128<float> low2 = ZipLow(b, d);
        Vector128<float> high2 = ZipHigh(b, d);
        ZipLow(low, low2).Store(destination);
        ZipHigh(low, low2).Store(destination + stride);
        ZipLow(high, high2).Store(destination + (2 * stride));
        ZipHigh(high, high2).Store(destination + (3 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose16(float* source, nint sourceStride, float* destination, nint stride)
    {
        nint four = 4 * sourceStride;
        Transpose4x4(source, sourceStride, out Vector512<float> a0, out Vector512<float> a1, out Vector512<float> a2, out Vector512<float> a3);
        Transpose4x4(source + four, sourceStride, out Vector512<float> b0, out Vector512<float> b1, out Vector512<float> b2, out Vector512<float> b3);
        Transpose4x4(source + (2 * four), sourceStride, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3);
        Transpose4x4(source + (3 * four), sourceStride, out Vector512<float> d0, out Vector512<float> d1, out Vector512<float> d2, out Vector512<float> d3);
        StoreLanes(a0, b0, c0, d0, destination, stride);
        StoreLanes(a1, b1, c1, d1, destination + stride, stride);
        StoreLanes(a2, b2, c2, d2, destination + (2 * stride), stride);
        StoreLanes(a3, b3, c3, d3, destination + (3 * stride), stride);
    }

    /// <summary>Lane l of output i holds element 4l + i of the four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4x4(
        float* source, nint stride, out Vector512<float> o0, out Vector512<float> o1, out Vector512<float> o2, out Vector512<float> o3)
    {
        Vector512<float> a = Vector512.Load(source);
        Vector512<float> b = Vector512.Load(source + stride);
        Vector512<float> c = Vector512.Load(source + (2 * stride));
        Vector512<float> d = Vector512.Load(source + (3 * stride));
        Vector512<float> low = Avx512F.UnpackLow(a, c);
        Vector512<float> high = Avx512F.UnpackHigh(a, c);
        Vector512<float> low2 = Avx512F.UnpackLow(b, d);
        Vector512<float> high2 = Avx512F.UnpackHigh(b, d);
        o0 = Avx512F.UnpackLow(low, low2);
        o1 = Avx512F.UnpackHigh(low, low2);
        o2 = Avx512F.UnpackLow(high, high2);
        o3 = Avx512F.UnpackHigh(high, high2);
    }

    /// <summary>Row 4l of the destination is lane l of the four vectors in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreLanes(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* destination, nint stride)
    {
        Vector512<float> low = Avx512F.Shuffle4x128(a, b, 0x44);
        Vector512<float> high = Avx512F.Shuffle4x128(a, b, 0xEE);
        Vector512<float> low2 = Avx512F.Shuffle4x128(c, d, 0x44);
        Vector512<float> high2 = Avx512F.Shuffle4x128(c, d, 0xEE);
        Avx512F.Shuffle4x128(low, low2, 0x88).Store(destination);
        Avx512F.Shuffle4x128(low, low2, 0xDD).Store(destination + (4 * stride));
        Avx512F.Shuffle4x128(high, high2, 0x88).Store(destination + (8 * stride));
        Avx512F.Shuffle4x128(high, high2, 0xDD).Store(destination + (12 * stride));
    }

    /// <summary>Deals the rows of an operand, tile by tile: element (p, r) of a tile of R rows is at p * R + r.</summary>
    /// <param name="a">Element (p, i) is at a[p * aStep + i].</param>
    /// <param name="aStep">Elements from one step of k to the next.</param>
    /// <param name="depth">Steps of k.</param>
    /// <param name="rows">Rows of the whole operand.</param>
    /// <param name="tiles">Tiles of the whole operand, of as equal numbers of rows as can be.</param>
    /// <param name="first">First tile to pack.</param>
    /// <param name="end">End of the tiles to pack.</param>
    /// <param name="packed">Memory of all tiles.</param>
    /// <param name="tileLength">Elements from one tile to the next.</param>
    public static void PackTiles<T>(T* a, nint aStep, int depth, int rows, int tiles, int first, int end, T* packed, nint tileLength)
        where T : unmanaged
    {
        for (int step = 0; step < depth; step += StepsAtOnce)
        {
            int steps = Math.Min(StepsAtOnce, depth - step);
            for (int tile = first; tile < end; tile++)
            {
                int i = (int)((long)tile * rows / tiles);
                int height = (int)((tile + 1L) * rows / tiles) - i;
                CopyRows(a + (step * aStep) + i, aStep, steps, height, packed + (tile * tileLength) + (step * height));
            }
        }
    }

    private static void CopyRows<T>(T* from, nint fromStep, int steps, int length, T* to)
        where T : unmanaged
    {
        int bytes = length * sizeof(T);
        if (bytes == Vector256<byte>.Count)
        {
            for (int p = 0; p < steps; p++, from += fromStep, to += length)
            {
                Vector256.Load((byte*)from).Store((byte*)to);
            }
        }
        else if (bytes == Vector128<byte>.Count)
        {
            for (int p = 0; p < steps; p++, from += fromStep, to += length)
            {
                Vector128.Load((byte*)from).Store((byte*)to);
            }
        }
        else
        {
            for (int p = 0; p < steps; p++, from += fromStep, to += length)
            {
                for (int r = 0; r < length; r++)
                {
                    to[r] = from[r];
                }
            }
        }
    }
}
