using System.Runtime.CompilerServices;

namespace Anneal.Onnx.Kernels;

/// <summary>The register blocks of convolutions whose groups have few channels: vectors lie along the rows of an image, sums stay in registers.</summary>
internal static unsafe class FewChannelKernel<T, TVector, TOps>
    where T : unmanaged
    where TVector : struct
    where TOps : IVectorOps<TVector, T>
{
    /// <summary>Grid rows of the largest block of a convolution.</summary>
    public const int MostRows = 8;

    /// <summary>Taps of the largest block of a weight gradient, along either axis.</summary>
    public const int MostTaps = 3;

    private static readonly nint[] s_rows =
    [
        Pointer<Count1>(), Pointer<Count2>(), Pointer<Count3>(), Pointer<Count4>(), Pointer<Count5>(), Pointer<Count6>(), Pointer<Count7>(), Pointer<Count8>(),
    ];

    private static readonly nint[] s_taps =
    [
        Pointer<Count1, Count1>(), Pointer<Count1, Count2>(), Pointer<Count1, Count3>(),
        Pointer<Count2, Count1>(), Pointer<Count2, Count2>(), Pointer<Count2, Count3>(),
        Pointer<Count3, Count1>(), Pointer<Count3, Count2>(), Pointer<Count3, Count3>(),
    ];

    /// <summary>A vector of some grid rows of a convolution: see <see cref="Run{TRows}"/>.</summary>
    public static delegate*<nint, T*, nint*, T*, nint, T*, nint, void> Rows(int rows) =>
        (delegate*<nint, T*, nint*, T*, nint, T*, nint, void>)s_rows[rows - 1];

    /// <summary>The sums of some taps of a weight gradient: see <see cref="Run{TRows, TColumns}"/>.</summary>
    public static delegate*<nint, nint, T*, T*, T*, nint, nint, T*, nint, T*, T*, nint, bool, void> Taps(int rows, int columns) =>
        (delegate*<nint, nint, T*, T*, T*, nint, nint, T*, nint, T*, T*, nint, bool, void>)s_taps[((rows - 1) * MostTaps) + columns - 1];

    /// <summary>target[i] = Σ over taps of a[tap] · source[i, … + offset of the tap], a vector of each row i.</summary>
    /// <param name="taps">The number of taps, over all channels.</param>
    /// <param name="a">Their weights.</param>
    /// <param name="offsets">Where each reads, in elements from the row's place.</param>
    /// <param name="source">The place of the first row.</param>
    /// <param name="sourceRow">Elements from one row's place to the next.</param>
    /// <param name="target">The first row of results.</param>
    /// <param name="targetRow">Elements from one row of results to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows>(nint taps, T* a, nint* offsets, T* source, nint sourceRow, T* target, nint targetRow)
        where TRows : ICount
    {
        TVector c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default;
        nint sourceRow3 = 3 * sourceRow;
        for (; taps > 0; taps--, a++, offsets++)
        {
            TVector weight = TOps.Broadcast(a);
            T* p = source + *offsets;
            c0 = TOps.MultiplyAdd(weight, TOps.Load(p), c0);
            if (TRows.Value > 1)
            {
                c1 = TOps.MultiplyAdd(weight, TOps.Load(p + sourceRow), c1);
            }

            if (TRows.Value > 2)
            {
                c2 = TOps.MultiplyAdd(weight, TOps.Load(p + (2 * sourceRow)), c2);
            }

            if (TRows.Value > 3)
            {
                c3 = TOps.MultiplyAdd(weight, TOps.Load(p + sourceRow3), c3);
            }

            if (TRows.Value > 4)
            {
                p += 4 * sourceRow;
                c4 = TOps.MultiplyAdd(weight, TOps.Load(p), c4);
            }

            if (TRows.Value > 5)
            {
                c5 = TOps.MultiplyAdd(weight, TOps.Load(p + sourceRow), c5);
            }

            if (TRows.Value > 6)
            {
                c6 = TOps.MultiplyAdd(weight, TOps.Load(p + (2 * sourceRow)), c6);
            }

            if (TRows.Value > 7)
            {
                c7 = TOps.MultiplyAdd(weight, TOps.Load(p + sourceRow3), c7);
            }
        }

        Put<TRows, Count0>(c0, ref target, targetRow);
        Put<TRows, Count1>(c1, ref target, targetRow);
        Put<TRows, Count2>(c2, ref target, targetRow);
        Put<TRows, Count3>(c3, ref target, targetRow);
        Put<TRows, Count4>(c4, ref target, targetRow);
        Put<TRows, Count5>(c5, ref target, targetRow);
        Put<TRows, Count6>(c6, ref target, targetRow);
        Put<TRows, Count7>(c7, ref target, targetRow);
    }

    /// <summary>sums[i, j] = (add ? sums[i, j] : 0) + Σ over the grid of dY · source[… + offset of tap (i, j)], lane by lane.</summary>
    /// <param name="rows">Grid rows.</param>
    /// <param name="vectors">Vectors in a grid row.</param>
    /// <param name="first">Where tap (0, 0) reads at the first grid position.</param>
    /// <param name="second">Where tap (0, 1) does.</param>
    /// <param name="third">Where tap (0, 2) does.</param>
    /// <param name="down">Elements from tap (i, j) to tap (i + 1, j).</param>
    /// <param name="sourceRow">Elements from one grid row to the next in the source.</param>
    /// <param name="dY">The gradients.</param>
    /// <param name="dYRow">Elements from one grid row to the next in dY.</param>
    /// <param name="mask">All bits set for the lanes of a row's last vector that are in the grid.</param>
    /// <param name="sums">A vector per tap.</param>
    /// <param name="sumRow">Elements from tap (i, 0) to tap (i + 1, 0) in the sums.</param>
    /// <param name="add">Whether the sums are added to or overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TColumns>(
        nint rows, nint vectors, T* first, T* second, T* third, nint down, nint sourceRow, T* dY, nint dYRow, T* mask, T* sums, nint sumRow, bool add)
        where TRows : ICount
        where TColumns : ICount
    {
        TVector c00 = default, c01 = default, c02 = default;
        TVector c10 = default, c11 = default, c12 = default;
        TVector c20 = default, c21 = default, c22 = default;
        TVector last = TOps.Load(mask);
        nint length = vectors * TOps.Width;
        sourceRow -= length;
        dYRow -= length;
        for (; rows > 0; rows--)
        {
            for (nint v = vectors; v > 0; v--)
            {
                TVector d = TOps.Load(dY);
                if (v == 1)
                {
                    d = TOps.And(d, last);
                }

                Column<TRows>(d, first, down, ref c00, ref c10, ref c20);
                if (TColumns.Value > 1)
                {
                    Column<TRows>(d, second, down, ref c01, ref c11, ref c21);
                    second += TOps.Width;
                }

                if (TColumns.Value > 2)
                {
                    Column<TRows>(d, third, down, ref c02, ref c12, ref c22);
                    third += TOps.Width;
                }

                first += TOps.Width;
                dY += TOps.Width;
            }

            first += sourceRow;
            second += sourceRow;
            third += sourceRow;
            dY += dYRow;
        }

        Keep<TColumns>(c00, c01, c02, sums, add);
        if (TRows.Value > 1)
        {
            Keep<TColumns>(c10, c11, c12, sums + sumRow, add);
        }

        if (TRows.Value > 2)
        {
            Keep<TColumns>(c20, c21, c22, sums + (2 * sumRow), add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TRows, TRow>(TVector value, ref T* target, nint targetRow)
        where TRows : ICount
        where TRow : ICount
    {
        if (TRows.Value > TRow.Value)
        {
            TOps.Store(value, target);
            target += targetRow;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Column<TRows>(TVector d, T* source, nint down, ref TVector c0, ref TVector c1, ref TVector c2)
        where TRows : ICount
    {
        c0 = TOps.MultiplyAdd(d, TOps.Load(source), c0);
        if (TRows.Value > 1)
        {
            c1 = TOps.MultiplyAdd(d, TOps.Load(source + down), c1);
        }

        if (TRows.Value > 2)
        {
            c2 = TOps.MultiplyAdd(d, TOps.Load(source + (2 * down)), c2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep<TColumns>(TVector c0, TVector c1, TVector c2, T* sums, bool add)
        where TColumns : ICount
    {
        TOps.Store(add ? TOps.Add(TOps.Load(sums), c0) : c0, sums);
        if (TColumns.Value > 1)
        {
            TOps.Store(add ? TOps.Add(TOps.Load(sums + TOps.Width), c1) : c1, sums + TOps.Width);
        }

        if (TColumns.Value > 2)
        {
            TOps.Store(add ? TOps.Add(TOps.Load(sums + (2 * TOps.Width)), c2) : c2, sums + (2 * TOps.Width));
        }
    }

    private static nint Pointer<TRows>()
        where TRows : ICount
    {
        delegate*<nint, T*, nint*, T*, nint, T*, nint, void> kernel = &Run<TRows>;
        return (nint)kernel;
    }

    private static nint Pointer<TRows, TColumns>()
        where TRows : ICount
        where TColumns : ICount
    {
        delegate*<nint, nint, T*, T*, T*, nint, nint, T*, nint, T*, T*, nint, bool, void> kernel = &Run<TRows, TColumns>;
        return (nint)kernel;
    }
}
