using System.Runtime.CompilerServices;

namespace Anneal.Onnx.Kernels;

/// <summary>The register block of a convolution: as <c>MicroKernel</c>, but each vector of columns has a place of its own and the steps of k are at the taps' offsets.</summary>
internal abstract unsafe class TapKernel<T, TVector, TOps, TRows, TColumns> : RegisterBlock<T, TVector, TOps, TColumns>
    where T : unmanaged
    where TVector : struct
    where TOps : IVectorOps<TVector, T>
    where TRows : ICount
    where TColumns : ICount
{
    /// <summary>c = (add ? c : 0) + a·b.</summary>
    /// <param name="k">Length of the sums.</param>
    /// <param name="a">Element (i, p) is at a[i * aRow + p].</param>
    /// <param name="aRow">Elements from one row of a to the next.</param>
    /// <param name="offsets">Where step p reads, in elements from the vectors' places.</param>
    /// <param name="first">The place of the first vector of columns.</param>
    /// <param name="second">The place of the second.</param>
    /// <param name="third">The place of the third.</param>
    /// <param name="c">Element (i, j) is at c[i * cRow + j].</param>
    /// <param name="cRow">Elements from one row of c to the next.</param>
    /// <param name="add">Whether c is added to or overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(nint k, T* a, nint aRow, nint* offsets, T* first, T* second, T* third, T* c, nint cRow, bool add)
    {
        Unsafe.SkipInit(out TVector b1);
        Unsafe.SkipInit(out TVector b2);
        TVector c00 = default, c01 = default, c02 = default;
        TVector c10 = default, c11 = default, c12 = default;
        TVector c20 = default, c21 = default, c22 = default;
        TVector c30 = default, c31 = default, c32 = default;
        TVector c40 = default, c41 = default, c42 = default;
        TVector c50 = default, c51 = default, c52 = default;
        TVector c60 = default, c61 = default, c62 = default;
        TVector c70 = default, c71 = default, c72 = default;
        nint aRow3 = aRow * 3;
        T* a4 = a + (aRow * 4);
        for (; k > 0; k--)
        {
            nint offset = *offsets;
            TVector b0 = TOps.Load(first + offset);
            if (TColumns.Value > 1)
            {
                b1 = TOps.Load(second + offset);
            }

            if (TColumns.Value > 2)
            {
                b2 = TOps.Load(third + offset);
            }

            Step(TOps.Broadcast(a), b0, b1, b2, ref c00, ref c01, ref c02);
            if (TRows.Value > 1)
            {
                Step(TOps.Broadcast(a + aRow), b0, b1, b2, ref c10, ref c11, ref c12);
            }

            if (TRows.Value > 2)
            {
                Step(TOps.Broadcast(a + (2 * aRow)), b0, b1, b2, ref c20, ref c21, ref c22);
            }

            if (TRows.Value > 3)
            {
                Step(TOps.Broadcast(a + aRow3), b0, b1, b2, ref c30, ref c31, ref c32);
            }

            if (TRows.Value > 4)
            {
                Step(TOps.Broadcast(a4), b0, b1, b2, ref c40, ref c41, ref c42);
            }

            if (TRows.Value > 5)
            {
                Step(TOps.Broadcast(a4 + aRow), b0, b1, b2, ref c50, ref c51, ref c52);
            }

            if (TRows.Value > 6)
            {
                Step(TOps.Broadcast(a4 + (2 * aRow)), b0, b1, b2, ref c60, ref c61, ref c62);
            }

            if (TRows.Value > 7)
            {
                Step(TOps.Broadcast(a4 + aRow3), b0, b1, b2, ref c70, ref c71, ref c72);
            }

            a++;
            if (TRows.Value > 4)
            {
                a4++;
            }

            offsets++;
        }

        Write(c00, c01, c02, c, add);
        if (TRows.Value > 1)
        {
            Write(c10, c11, c12, c + cRow, add);
        }

        if (TRows.Value > 2)
        {
            Write(c20, c21, c22, c + (2 * cRow), add);
        }

        if (TRows.Value > 3)
        {
            Write(c30, c31, c32, c + (3 * cRow), add);
        }

        if (TRows.Value > 4)
        {
            Write(c40, c41, c42, c + (4 * cRow), add);
        }

        if (TRows.Value > 5)
        {
            Write(c50, c51, c52, c + (5 * cRow), add);
        }

        if (TRows.Value > 6)
        {
            Write(c60, c61, c62, c + (6 * cRow), add);
        }

        if (TRows.Value > 7)
        {
            Write(c70, c71, c72, c + (7 * cRow), add);
        }
    }
}
