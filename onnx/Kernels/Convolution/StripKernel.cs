using System.Runtime.CompilerServices;

namespace Anneal.Onnx.Kernels;

/// <summary>The register block of a weight gradient: as <c>MicroKernel</c>, but the sums run over strips of a with gaps between them.</summary>
internal abstract unsafe class StripKernel<T, TVector, TOps, TRows, TColumns> : RegisterBlock<T, TVector, TOps, TColumns>
    where T : unmanaged
    where TVector : struct
    where TOps : IVectorOps<TVector, T>
    where TRows : ICount
    where TColumns : ICount
{
    /// <summary>c = (add ? c : 0) + a·b.</summary>
    /// <param name="strips">The number of strips.</param>
    /// <param name="length">Elements in a strip.</param>
    /// <param name="a">Element p of strip s of row i is at a[i * aRow + s * (length + aGap) + p].</param>
    /// <param name="aRow">Elements from one row of a to the next.</param>
    /// <param name="aGap">Elements from the end of a strip to the next one.</param>
    /// <param name="b">The elements that belong to one step are at b[j], the next step's at b[bStep + j].</param>
    /// <param name="bStep">Elements from one step to the next in b.</param>
    /// <param name="c">Element (i, j) is at c[i * cRow + j].</param>
    /// <param name="cRow">Elements from one row of c to the next.</param>
    /// <param name="add">Whether c is added to or overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(nint strips, nint length, T* a, nint aRow, nint aGap, T* b, nint bStep, T* c, nint cRow, bool add)
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
        for (; strips > 0; strips--)
        {
            for (nint k = length; k > 0; k--)
            {
                TVector b0 = TOps.Load(b);
                if (TColumns.Value > 1)
                {
                    b1 = TOps.Load(b + TOps.Width);
                }

                if (TColumns.Value > 2)
                {
                    b2 = TOps.Load(b + (2 * TOps.Width));
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

                b += bStep;
            }

            a += aGap;
            a4 += aGap;
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
