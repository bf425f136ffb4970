using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>A padded copy of a part of an image, laid out so that every tap reads runs of consecutive elements.</summary>
/// <remarks>[channel][row][residue of the column by the step][column / step]. Copies may write a vector past their end: the memory needs that slack.</remarks>
internal sealed unsafe class PatchLayout
{
    private readonly TapAxis _y;
    private readonly TapAxis _x;
    private readonly int _rows;
    private readonly int _phaseStride;

    /// <summary>Lays out what a block of the grid reads.</summary>
    /// <param name="y">The vertical axis.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="rows">Grid rows in a block, at most.</param>
    /// <param name="columns">Grid columns in a block, at most.</param>
    public PatchLayout(TapAxis y, TapAxis x, int rows, int columns)
    {
        _y = y;
        _x = x;
        _rows = ((rows - 1) * y.Step) + y.Reach + 1;
        _phaseStride = columns + (x.Reach / x.Step);
        RowStride = _phaseStride * x.Step;
        ChannelStride = checked(_rows * RowStride);
    }

    /// <summary>Elements from one channel to the next.</summary>
    public int ChannelStride { get; }

    /// <summary>Elements from one source row to the next.</summary>
    public int RowStride { get; }

    /// <summary>Elements from one grid row to the next.</summary>
    public int GridRowStride => RowStride * _y.Step;

    /// <summary>Where a tap reads at grid position (0, 0).</summary>
    public int Offset(int tapY, int tapX)
    {
        int row = _y.Offsets[tapY] - _y.Least;
        int column = _x.Offsets[tapX] - _x.Least;
        return (row * RowStride) + (column % _x.Step * _phaseStride) + (column / _x.Step);
    }

    /// <summary>Copies the part that a block of the grid reads.</summary>
    /// <param name="source">The first channel's plane.</param>
    /// <param name="end">The end of the memory that may be read.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="gridRow">The block's first row.</param>
    /// <param name="gridRows">Its rows.</param>
    /// <param name="gridColumn">Its first column.</param>
    /// <param name="patch">Receives the copy.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill<T>(T* source, T* end, int channels, int gridRow, int gridRows, int gridColumn, T* patch)
        where T : unmanaged
    {
        int rows = ((gridRows - 1) * _y.Step) + _y.Reach + 1;
        int top = (gridRow * _y.Step) + _y.Least;
        int left = (gridColumn * _x.Step) + _x.Least;
        bool skipsRows = _y.Reach + 1 < _y.Step;
        int start = Math.Clamp(-left, 0, RowStride);
        int stop = Math.Clamp(_x.Source - left, start, RowStride);
        int width = _x.Source;
        for (int c = 0; c < channels; c++, source += (nint)_y.Source * width)
        {
            T* to = patch + ((nint)c * ChannelStride);
            for (int r = 0; r < rows; r++, to += RowStride)
            {
                if (skipsRows && r % _y.Step > _y.Reach)
                {
                    continue;
                }

                int y = top + r;
                if ((uint)y >= (uint)_y.Source)
                {
                    new Span<T>(to, RowStride).Clear();
                }
                else if (_x.Step == 1)
                {
                    CopyRow(source + ((nint)y * width) + left, end, start, stop, RowStride, to, (nint)_y.Source * width);
                }
                else if (_x.Step == 2)
                {
                    Deal<T, Count2>(source + ((nint)y * width), end, left, to);
                }
                else
                {
                    Deal<T, Count0>(source + ((nint)y * width), end, left, to);
                }
            }
        }
    }

    // The hardware does not foresee the jump from one channel's rows to the next channel's. Vectors are written past what they are for:
    // what follows is written after.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRow<T>(T* from, T* end, int start, int stop, int length, T* to, nint ahead)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        for (int i = 0; i < start; i += lanes)
        {
            Vector512<T>.Zero.Store(to + i);
        }

        int at = start;
        for (; at < stop && from + at + lanes <= end; at += lanes)
        {
            Vector512.Load(from + at).Store(to + at);
            CacheLines.Prefetch(from + at + ahead, 1);
        }

        for (; at < stop; at++)
        {
            to[at] = from[at];
        }

        for (int i = stop; i < length; i += lanes)
        {
            Vector512<T>.Zero.Store(to + i);
        }
    }

    // A step known ahead, 0 for any other, is divided by without a division.
    private void Deal<T, TStep>(T* row, T* end, int left, T* to)
        where T : unmanaged
        where TStep : ICount
    {
        int step = TStep.Value > 0 ? TStep.Value : _x.Step;
        for (int phase = 0; phase < step && phase <= _x.Reach; phase++, to += _phaseStride)
        {
            int x = left + phase;
            int start = Math.Clamp(x < 0 ? (step - 1 - x) / step : 0, 0, _phaseStride);
            int stop = Math.Clamp((_x.Source - x + step - 1) / step, start, _phaseStride);
            for (int i = 0; i < start; i++)
            {
                to[i] = default;
            }

            T* from = row + x;
            int at = step == 2 ? EveryOther(from, end, start, stop, to) : start;
            for (int i = at; i < stop; i++)
            {
                to[i] = from[i * step];
            }

            for (int i = stop; i < _phaseStride; i++)
            {
                to[i] = default;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EveryOther<T>(T* from, T* end, int start, int stop, T* to)
        where T : unmanaged => MicroKernelTable<T>.Bits switch
        {
            512 => EveryOther<T, Vector512<T>, Ops512<T>>(from, end, start, stop, to),
            256 => EveryOther<T, Vector256<T>, Ops256<T>>(from, end, start, stop, to),
            _ => start,
        };

    // Whole vectors may be written past the end: what follows is written later.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EveryOther<T, TVector, TOps>(T* from, T* end, int start, int stop, T* to)
        where T : unmanaged
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
    {
        int i = start;
        for (; i < stop && from + (2 * (i + TOps.Width)) <= end; i += TOps.Width)
        {
            T* at = from + (2 * i);
            TOps.Store(TOps.Even(TOps.Load(at), TOps.Load(at + TOps.Width)), to + i);
        }

        return i;
    }
}
