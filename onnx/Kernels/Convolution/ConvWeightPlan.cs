using System.Numerics;
using System.Numerics.Tensors;

namespace Anneal.Onnx.Kernels;

/// <summary>The gradient of weights by its definition.</summary>
internal sealed unsafe class ConvWeightPlan<T> : IConvWeightPlan<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int PatchBytes = 288 * 1024;
    private const int PackedBytes = 320 * 1024;
    private const long PartialBytes = 4 * 1024 * 1024;
    private const int MaxChunks = 16;
    private const int FewestItems = 8;
    private const int Slack = 64;
    private const int ReduceRows = 16;

    private readonly int _batch;
    private readonly int _groups;
    private readonly int _filters;
    private readonly int _channels;
    private readonly int _taps;
    private readonly int _filterStride;
    private readonly int _chunks;
    private readonly int _channelBlocks;
    private readonly bool _isByTap;
    private readonly TapAxis _y;
    private readonly TapAxis _x;
    private readonly TapBlocks _blocks;
    private readonly Action<int> _item;
    private readonly Action<int> _reduce;
    private T* _image;
    private T* _dY;
    private T* _dW;
    private T* _partial;

    /// <summary>Plans a gradient: see <see cref="IConvWeightPlan{T}.Plan"/>.</summary>
    public ConvWeightPlan(int batch, int groups, int filters, int channels, TapAxis y, TapAxis x)
    {
        _batch = batch;
        _groups = groups;
        _filters = filters;
        _channels = channels;
        _y = y;
        _x = x;
        _taps = y.Offsets.Length * x.Offsets.Length;
        int lanes = MicroKernelTable<T>.Width;
        _filterStride = Pieces.Count(filters, lanes) * lanes;
        _isByTap = x.Step == 1 && x.Offsets.Length > channels && x.Offsets.Length <= MicroKernelTable<T>.Rows;
        bool isEmpty = batch == 0 || y.Grid == 0 || x.Grid == 0 || filters == 0 || channels == 0;
        long bytes = Math.Max(1, (long)groups * channels * _taps * _filterStride * sizeof(T));
        _chunks = isEmpty ? 0 : (int)Math.Clamp(PartialBytes / bytes, 1, Math.Min(batch, MaxChunks));
        int fewest = isEmpty ? 1 : Math.Clamp(FewestItems / (_chunks * groups), 1, Pieces.Count(channels, MicroKernelTable<T>.Rows));
        _blocks = isEmpty
            ? new TapBlocks(1, 0, 0, new PatchLayout(y, x, 1, 1))
            : TapBlocks.Divide(y, x, Pieces.Count(channels, fewest), 1, PatchBytes / sizeof(T), Math.Max(1, PackedBytes / (_filterStride * sizeof(T))));
        _channelBlocks = Pieces.Count(channels, _blocks.Channels);
        _item = Item;
        _reduce = Reduce;
    }

    /// <inheritdoc/>
    public long ScratchBytes => Math.Max(1, (long)_chunks * _groups * _channels * _taps * _filterStride * sizeof(T));

    /// <inheritdoc/>
    public void Run(Team team, T* image, T* dY, T* dW, T* partial)
    {
        _image = image;
        _dY = dY;
        _dW = dW;
        _partial = partial;
        team.Run(_chunks * _groups * _channelBlocks, _item);
        team.Run(_groups * Pieces.Count(_channels * _taps, ReduceRows), _reduce);
    }

    private void Item(int item)
    {
        int block = item % _channelBlocks;
        int group = item / _channelBlocks % _groups;
        int chunk = item / _channelBlocks / _groups;
        int channel = Pieces.Start(block, _channelBlocks, _channels);
        int channels = Pieces.Start(block + 1, _channelBlocks, _channels) - channel;
        T* sums = _partial + (((nint)chunk * _groups) + group) * _channels * _taps * _filterStride;
        int end = Pieces.Start(chunk + 1, _chunks, _batch);
        bool add = false;
        for (int image = Pieces.Start(chunk, _chunks, _batch); image < end; image++)
        {
            for (int b = 0; b < _blocks.Rows * _blocks.Columns; b++, add = true)
            {
                Block(sums, ((nint)image * _groups) + group, b / _blocks.Columns, b % _blocks.Columns, channel, channels, add);
            }
        }
    }

    private void Block(T* sums, nint image, int blockY, int blockX, int channel, int channels, bool add)
    {
        int y0 = Pieces.Start(blockY, _blocks.Rows, _y.Grid);
        int x0 = Pieces.Start(blockX, _blocks.Columns, _x.Grid);
        int gridRows = Pieces.Start(blockY + 1, _blocks.Rows, _y.Grid) - y0;
        int gridColumns = Pieces.Start(blockX + 1, _blocks.Columns, _x.Grid) - x0;
        nint plane = (nint)_y.Source * _x.Source;
        var patch = (T*)ThreadScratch.Memory;
        T* packed = patch + ((nint)_blocks.Patch.ChannelStride * _blocks.Channels) + Slack;
        long length = (long)_batch * _groups * _channels * plane;
        _blocks.Patch.Fill(_image + (((image * _channels) + channel) * plane), _image + length, channels, y0, gridRows, x0, patch);

        int lanes = MicroKernelTable<T>.Width;
        int vectors = _filterStride / lanes;
        int panels = Pieces.Count(vectors, MicroKernelTable<T>.Columns);
        int count = gridRows * gridColumns;
        nint grid = (nint)_y.Grid * _x.Grid;
        T* dY = _dY + (image * _filters * grid) + ((nint)y0 * _x.Grid) + x0;
        for (int panel = 0; panel < panels; panel++)
        {
            int first = Pieces.Start(panel, panels, vectors) * lanes;
            int stride = (Pieces.Start(panel + 1, panels, vectors) * lanes) - first;
            GemmPacking.Pack(dY + (first * grid), grid, 1, count, Math.Min(stride, _filters - first), packed, stride);
            Products(sums, patch, packed, gridRows, gridColumns, channel, channels, first, stride / lanes, add);
        }
    }

    private void Products(T* sums, T* patch, T* packed, int gridRows, int gridColumns, int channel, int channels, int first, int vectors, bool add)
    {
        PatchLayout layout = _blocks.Patch;
        nint gap = layout.GridRowStride - gridColumns;
        int stride = vectors * MicroKernelTable<T>.Width;
        int tapsX = _x.Offsets.Length;
        if (_isByTap)
        {
            nint next = tapsX > 1 ? layout.Offset(0, 1) - layout.Offset(0, 0) : 0;
            for (int c = 0; c < channels; c++)
            {
                for (int tapY = 0; tapY < _y.Offsets.Length; tapY++)
                {
                    T* a = patch + ((nint)c * layout.ChannelStride) + layout.Offset(tapY, 0);
                    T* to = sums + ((nint)RowOf(channel + c, tapY * tapsX) * _filterStride) + first;
                    ConvKernelTable<T>.Strip(tapsX, vectors)(gridRows, gridColumns, a, next, gap, packed, stride, to, _filterStride, add);
                }
            }

            return;
        }

        int tiles = Pieces.Count(channels, MicroKernelTable<T>.Rows);
        for (int tile = 0; tile < tiles; tile++)
        {
            int c = Pieces.Start(tile, tiles, channels);
            int rows = Pieces.Start(tile + 1, tiles, channels) - c;
            for (int tap = 0; tap < _taps; tap++)
            {
                T* a = patch + ((nint)c * layout.ChannelStride) + layout.Offset(tap / tapsX, tap % tapsX);
                T* to = sums + ((nint)RowOf(channel + c, tap) * _filterStride) + first;
                ConvKernelTable<T>.Strip(rows, vectors)(gridRows, gridColumns, a, layout.ChannelStride, gap, packed, stride, to, _filterStride, add);
            }
        }
    }

    private int RowOf(int channel, int tap) => _isByTap ? (channel * _taps) + tap : (tap * _channels) + channel;

    private void Reduce(int item)
    {
        int depth = _channels * _taps;
        int blocks = Pieces.Count(depth, ReduceRows);
        int group = item / blocks;
        int end = Math.Min(depth, (item % blocks * ReduceRows) + ReduceRows);
        nint chunkStride = (nint)_groups * depth * _filterStride;
        for (int row = item % blocks * ReduceRows; row < end; row++)
        {
            int place = RowOf(row / _taps, row % _taps);
            T* sums = _partial + ((((nint)group * depth) + place) * _filterStride);
            var total = new Span<T>(sums, _filters);
            for (int chunk = 1; chunk < _chunks; chunk++)
            {
                TensorPrimitives.Add(total, new ReadOnlySpan<T>(sums + (chunk * chunkStride), _filters), total);
            }

            T* to = _dW + ((nint)group * _filters * depth) + row;
            for (int i = 0; i < _filters; i++)
            {
                to[(nint)i * depth] = _chunks == 0 ? T.Zero : sums[i];
            }
        }
    }
}
