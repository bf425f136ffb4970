using System.Numerics;

namespace Anneal.Onnx.Kernels;

/// <summary>The gradient of weights where groups have few channels, as in a depthwise convolution: see <see cref="FewChannelKernel{T, TVector, TOps}"/>.</summary>
/// <remarks>Each lane sums its own columns over all images of a chunk; lanes and chunks are added at the end, in order.</remarks>
internal sealed unsafe class FewChannelWeightPlan<T> : IConvWeightPlan<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostChannels = 8;
    private const int MostFilters = 8;
    private const int MostPairs = 16;
    private const int PatchBytes = 64 * 1024;
    private const int SumBytes = 16 * 1024;
    private const int TileBytes = 256 * 1024;
    private const int FewestItems = 16;
    private const int MaxChunks = 16;
    private const int ReduceLength = 256;
    private const int Slack = 64;

    private readonly int _batch;
    private readonly int _groups;
    private readonly int _filters;
    private readonly int _channels;
    private readonly int _taps;
    private readonly int _lanes;
    private readonly int _padded;
    private readonly int _rowBlocks;
    private readonly int _groupBlocks;
    private readonly int _chunks;
    private readonly TapAxis _y;
    private readonly TapAxis _x;
    private readonly PatchLayout _patch;
    private readonly T[] _mask;
    private readonly Action<int> _item;
    private readonly Action<int> _reduce;
    private T* _image;
    private T* _dY;
    private T* _dW;
    private T* _partial;

    /// <summary>Plans a gradient: see <see cref="IConvWeightPlan{T}.Plan"/>.</summary>
    public FewChannelWeightPlan(int batch, int groups, int filters, int channels, TapAxis y, TapAxis x)
    {
        _batch = batch;
        _groups = groups;
        _filters = filters;
        _channels = channels;
        _taps = y.Offsets.Length * x.Offsets.Length;
        _y = y;
        _x = x;
        _lanes = Lanes(x);
        _padded = Pieces.Count(x.Grid, _lanes) * _lanes;
        _rowBlocks = RowBlocks(channels, y, x);
        _patch = new PatchLayout(y, x, Pieces.Count(y.Grid, _rowBlocks), _padded);
        _groupBlocks = Pieces.Count(groups, Math.Max(1, SumBytes / (filters * channels * _taps * _lanes * sizeof(T))));
        _chunks = Math.Clamp(Pieces.Count(FewestItems, _groupBlocks), 1, Math.Min(batch, MaxChunks));
        _mask = GC.AllocateArray<T>(_lanes, pinned: true);
        int last = x.Grid - (_padded - _lanes);
        for (int i = 0; i < last; i++)
        {
            _mask[i] = BitMask<T>.All;
        }

        _item = item => VectorWidth<T>.Run(new Sums(this, item), 8 * sizeof(T) * _lanes);
        _reduce = Reduce;
    }

    /// <inheritdoc/>
    public long ScratchBytes => (long)_chunks * _groups * _filters * _channels * _taps * _lanes * sizeof(T);

    /// <summary>Whether the method computes a gradient of these sizes, and faster than as a matrix product.</summary>
    public static bool Suits(int batch, int filters, int channels, TapAxis y, TapAxis x) =>
        batch > 0 && y.Grid > 0 && x.Grid > 0 && y.Offsets.Length > 0 && x.Offsets.Length > 0
        && filters is > 0 and <= MostFilters && channels is > 0 and <= MostChannels && filters * channels <= MostPairs
        && RowBlocks(channels, y, x) > 0;

    /// <inheritdoc/>
    public void Run(Team team, T* image, T* dY, T* dW, T* partial)
    {
        _image = image;
        _dY = dY;
        _dW = dW;
        _partial = partial;
        team.Run(_chunks * _groupBlocks, _item);
        team.Run(Pieces.Count(_groups * _filters * _channels * _taps, ReduceLength), _reduce);
    }

    // The narrowest vectors that hold a row, if any do.
    private static int Lanes(TapAxis x) => (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((uint)x.Grid), 16 / (uint)sizeof(T), (uint)MicroKernelTable<T>.Width);

    /// <summary>The blocks that the grid's rows are divided into, so that the patch of each fits; 0 if even a row's does not.</summary>
    private static int RowBlocks(int channels, TapAxis y, TapAxis x)
    {
        int lanes = Lanes(x);
        int padded = Pieces.Count(x.Grid, lanes) * lanes;
        for (int rows = y.Grid; rows > 0; rows /= 2)
        {
            var patch = new PatchLayout(y, x, rows, padded);
            if ((long)patch.ChannelStride * channels * sizeof(T) <= PatchBytes && (long)rows * padded * sizeof(T) <= TileBytes)
            {
                return Pieces.Count(y.Grid, rows);
            }
        }

        return 0;
    }

    private void Reduce(int item)
    {
        int length = _groups * _filters * _channels * _taps;
        int end = Math.Min(length, (item + 1) * ReduceLength);
        nint chunk = (nint)length * _lanes;
        for (int i = item * ReduceLength; i < end; i++)
        {
            T sum = T.Zero;
            for (int c = 0; c < _chunks; c++)
            {
                T* lanes = _partial + (c * chunk) + ((nint)i * _lanes);
                for (int lane = 0; lane < _lanes; lane++)
                {
                    sum += lanes[lane];
                }
            }

            _dW[i] = sum;
        }
    }

    /// <summary>The sums of some groups over some images.</summary>
    private readonly struct Sums(FewChannelWeightPlan<T> plan, int item) : IVectorWork<T>
    {
        public void Run<TVector, TOps>()
            where TVector : struct
            where TOps : IVectorOps<TVector, T>
        {
            int block = item % plan._groupBlocks;
            int chunk = item / plan._groupBlocks;
            int firstGroup = Pieces.Start(block, plan._groupBlocks, plan._groups);
            int endGroup = Pieces.Start(block + 1, plan._groupBlocks, plan._groups);
            int firstImage = Pieces.Start(chunk, plan._chunks, plan._batch);
            int endImage = Pieces.Start(chunk + 1, plan._chunks, plan._batch);
            nint weights = (nint)plan._filters * plan._channels * plan._taps * plan._lanes;
            for (int image = firstImage; image < endImage; image++)
            {
                for (int group = firstGroup; group < endGroup; group++)
                {
                    T* sums = plan._partial + ((((nint)chunk * plan._groups) + group) * weights);
                    for (int b = 0; b < plan._rowBlocks; b++)
                    {
                        plan.Block<TVector, TOps>(((nint)image * plan._groups) + group, b, sums, image > firstImage || b > 0);
                    }
                }
            }
        }
    }

    private void Block<TVector, TOps>(nint group, int block, T* sums, bool add)
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
    {
        int y0 = Pieces.Start(block, _rowBlocks, _y.Grid);
        int rows = Pieces.Start(block + 1, _rowBlocks, _y.Grid) - y0;
        nint plane = (nint)_y.Source * _x.Source;
        nint grid = (nint)_y.Grid * _x.Grid;
        var patch = (T*)ThreadScratch.Memory;
        T* tile = patch + ((nint)_patch.ChannelStride * _channels) + Slack;
        long length = (long)_batch * _groups * _channels * plane;
        _patch.Fill(_image + (group * _channels * plane), _image + length, _channels, y0, rows, 0, patch);
        T* end = _dY + ((long)_batch * _groups * _filters * grid);
        for (int f = 0; f < _filters; f++)
        {
            T* dY = _dY + (((group * _filters) + f) * grid) + ((nint)y0 * _x.Grid);
            nint dYRow = _x.Grid;
            if (dY + ((rows - 1) * dYRow) + _padded > end)
            {
                Copy(dY, rows, tile);
                dY = tile;
                dYRow = _padded;
            }

            for (int c = 0; c < _channels; c++)
            {
                T* source = patch + ((nint)c * _patch.ChannelStride);
                Taps<TVector, TOps>(rows, source, dY, dYRow, sums + ((nint)((f * _channels) + c) * _taps * _lanes), add);
            }
        }
    }

    private void Taps<TVector, TOps>(int rows, T* source, T* dY, nint dYRow, T* sums, bool add)
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
    {
        int most = FewChannelKernel<T, TVector, TOps>.MostTaps;
        (int tapsY, int tapsX) = (_y.Offsets.Length, _x.Offsets.Length);
        nint down = tapsY > 1 ? _patch.Offset(1, 0) - _patch.Offset(0, 0) : 0;
        fixed (T* mask = _mask)
        {
            for (int y = 0; y < tapsY; y += most)
            {
                for (int x = 0; x < tapsX; x += most)
                {
                    int columns = Math.Min(most, tapsX - x);
                    T* first = source + _patch.Offset(y, x);
                    T* second = columns > 1 ? source + _patch.Offset(y, x + 1) : first;
                    T* third = columns > 2 ? source + _patch.Offset(y, x + 2) : first;
                    FewChannelKernel<T, TVector, TOps>.Taps(Math.Min(most, tapsY - y), columns)(
                        rows, _padded / _lanes, first, second, third, down, _patch.GridRowStride, dY, dYRow, mask, sums + (((y * tapsX) + x) * _lanes), tapsX * _lanes, add);
                }
            }
        }
    }

    // Vectors would be read past the end of dY.
    private void Copy(T* dY, int rows, T* tile)
    {
        for (int r = 0; r < rows; r++)
        {
            new Span<T>(dY + ((nint)r * _x.Grid), _x.Grid).CopyTo(new Span<T>(tile + ((nint)r * _padded), _padded));
        }
    }
}
