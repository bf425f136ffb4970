using System.Numerics;
using System.Runtime.CompilerServices;

namespace Anneal.Onnx.Kernels;

/// <summary>The gradient of 3×3 weights by the adjoint of <see cref="IWinogradLine{T}"/>: dg = Gᵀ(Σ over tiles of (A dy Aᵀ) ⊙ (Bᵀ d B))G.</summary>
/// <remarks>For each of the (m + 2)² positions of a transformed tile the sums over tiles are a matrix product, of channels by filters.</remarks>
internal sealed unsafe class WinogradWeightPlan<T> : IConvWeightPlan<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int TransformedBytes = 300 * 1024;
    private const int MostTiles = 128;
    private const int BlockFilters = 64;
    private const int BlockValues = 1152;
    private const long PartialBytes = 2 * 1024 * 1024;
    private const int MaxChunks = 16;

    private readonly int _batch;
    private readonly int _groups;
    private readonly int _filters;
    private readonly int _channels;
    private readonly TapAxis _y;
    private readonly TapAxis _x;
    private readonly WinogradTiles<T> _tiles;
    private readonly int _positions;
    private readonly int _filterStride;
    private readonly int _filterBlocks;
    private readonly int _channelBlocks;
    private readonly int _chunks;
    private readonly Action<int> _item;
    private readonly Action<int> _reduce;
    private T* _image;
    private T* _dY;
    private T* _dW;
    private T* _partial;

    /// <summary>Plans a gradient: see <see cref="IConvWeightPlan{T}.Plan"/>.</summary>
    public WinogradWeightPlan(int outputs, int batch, int groups, int filters, int channels, TapAxis y, TapAxis x)
    {
        _batch = batch;
        _groups = groups;
        _filters = filters;
        _channels = channels;
        _y = y;
        _x = x;
        _filterStride = FilterStride(filters);
        _filterBlocks = Pieces.Count(filters, BlockFilters);
        _channelBlocks = Pieces.Count(channels, BlockChannels(outputs));
        _positions = (outputs + 2) * (outputs + 2);
        _chunks = Chunks(outputs, batch, groups, filters, channels);
        _tiles = new WinogradTiles<T>(outputs, batch, groups, channels, y, x, Tiles(outputs, filters, channels), batch / _chunks);
        _item = item => WinogradSize<T>.Run(new Sums(this, item), outputs);
        _reduce = item => WinogradSize<T>.Run(new Totals(this, item), outputs);
    }

    /// <inheritdoc/>
    public long ScratchBytes => (long)_chunks * _groups * _positions * _channels * _filterStride * sizeof(T);

    /// <summary>The outputs along an axis of the tiles that compute a gradient fastest: 4, 2, or 0 where the direct sum does.</summary>
    public static int Outputs(int batch, int groups, int filters, int channels, TapAxis y, TapAxis x)
    {
        if (!Suits(2, batch, filters, channels, y, x))
        {
            return 0;
        }

        int images = batch / Chunks(4, batch, groups, filters, channels);
        bool isLarge = WinogradTiles<T>.AreLargeFaster(Math.Max(filters, channels), images, y, x);
        return isLarge && Suits(4, batch, filters, channels, y, x) ? 4 : 2;
    }

    /// <summary>Whether the method computes a gradient of these sizes, and by tiles of 2×2 faster than the direct sum.</summary>
    public static bool Suits(int outputs, int batch, int filters, int channels, TapAxis y, TapAxis x)
    {
        if (batch == 0 || filters < WinogradTiles<T>.LeastChannels || channels < WinogradTiles<T>.LeastChannels || !WinogradTiles<T>.Fit(y, x))
        {
            return false;
        }

        var tiles = new WinogradTiles<T>(outputs, batch, 1, channels, y, x, Tiles(outputs, filters, channels), batch);
        int lanes = MicroKernelTable<T>.Width;
        int width = Pieces.Count(Math.Min(filters, BlockFilters), lanes) * lanes;
        long transformed = (Math.Min(channels, BlockChannels(outputs)) * InputStep(tiles)) + (tiles.Positions * OutputStep(tiles.MostTiles, width));
        long pixels = (long)outputs * outputs * tiles.ImageTiles * width;
        return WinogradTiles<T>.BufferBytes + ((tiles.SpreadLength + pixels + transformed) * sizeof(T)) <= ThreadScratch.Bytes;
    }

    /// <inheritdoc/>
    public void Run(Team team, T* image, T* dY, T* dW, T* partial)
    {
        _image = image;
        _dY = dY;
        _dW = dW;
        _partial = partial;
        team.Run(_chunks * _groups * _channelBlocks * _filterBlocks, _item);
        team.Run(_groups * _channels, _reduce);
    }

    private static int FilterStride(int filters) => Pieces.Count(filters, MicroKernelTable<T>.Width) * MicroKernelTable<T>.Width;

    private static int Chunks(int outputs, int batch, int groups, int filters, int channels)
    {
        long bytes = (long)groups * (outputs + 2) * (outputs + 2) * channels * FilterStride(filters) * sizeof(T);
        return (int)Math.Clamp(PartialBytes / bytes, 1, Math.Min(batch, MaxChunks));
    }

    // Of a position's sums, which are read and written for every block of tiles.
    private static int BlockChannels(int outputs) => BlockValues / ((outputs + 2) * (outputs + 2));

    private static int Tiles(int outputs, int filters, int channels) => Math.Clamp(
        TransformedBytes / ((outputs + 2) * (outputs + 2) * Math.Max(Math.Min(filters, BlockFilters), Math.Min(channels, BlockChannels(outputs))) * sizeof(T)),
        WinogradTiles<T>.FewestTiles,
        MostTiles);

    private static int InputRow(WinogradTiles<T> tiles) => Pieces.Count(tiles.MostTiles, MicroKernelTable<T>.Width) * MicroKernelTable<T>.Width;

    private static long InputStep(WinogradTiles<T> tiles) => ((long)tiles.Positions * InputRow(tiles)) + WinogradTiles<T>.Gap;

    private static long OutputStep(int tiles, int width) => ((long)tiles * width) + WinogradTiles<T>.Gap;

    private void Sum<TVector, TOps, TLine>(int item)
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
        where TLine : IWinogradLine<T>
    {
        int filterBlock = item % _filterBlocks;
        int channelBlock = item / _filterBlocks % _channelBlocks;
        int rest = item / _filterBlocks / _channelBlocks;
        int group = rest % _groups;
        int chunk = rest / _groups;
        int channel = Pieces.Start(channelBlock, _channelBlocks, _channels);
        int channels = Pieces.Start(channelBlock + 1, _channelBlocks, _channels) - channel;
        int lanes = TOps.Width;
        int first = Pieces.Start(filterBlock, _filterBlocks, _filterStride / lanes) * lanes;
        int width = (Pieces.Start(filterBlock + 1, _filterBlocks, _filterStride / lanes) * lanes) - first;
        int filters = Math.Min(width, _filters - first);
        T* sums = _partial + ((((nint)chunk * _groups) + group) * _positions * _channels * _filterStride) + first;

        var buffer = (T*)ThreadScratch.Memory;
        T* spread = buffer + (WinogradTiles<T>.BufferBytes / sizeof(T));
        T* pixels = spread + _tiles.SpreadLength;
        T* inputs = pixels + (TLine.Outputs * TLine.Outputs * (nint)_tiles.ImageTiles * width);
        nint inputRow = InputRow(_tiles);
        var inputStep = (nint)InputStep(_tiles);
        T* outputs = inputs + (channels * inputStep);
        nint outputStep = (nint)OutputStep(_tiles.MostTiles, width);

        int end = Pieces.Start(chunk + 1, _chunks, _batch);
        bool add = false;
        for (int image = Pieces.Start(chunk, _chunks, _batch); image < end; image += _tiles.Images)
        {
            for (int row = 0; row < _tiles.RowBlocks; row++, add = true)
            {
                WinogradBlock block = _tiles.Block(image, Math.Min(_tiles.Images, end - image), group, row);
                int count = _tiles.Count(block);
                for (int c = 0; c < channels; c++)
                {
                    _tiles.Spread(_image, block, channel + c, spread);
                    _tiles.Transform<TVector, TOps, TLine>(spread, block, 0, Pieces.Count(count, lanes), buffer, inputs + (c * inputStep), inputRow);
                }

                OutputGradients<TVector, TOps, TLine>(block, first, filters, width, pixels, buffer, outputs, outputStep);
                Products(inputs, inputRow, inputStep, outputs, outputStep, count, channels, width / lanes, sums + ((nint)channel * _filterStride), add);
            }
        }
    }

    // [position][tile][filter] = A dy Aᵀ
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OutputGradients<TVector, TOps, TLine>(in WinogradBlock block, int first, int filters, int width, T* pixels, T* buffer, T* outputs, nint step)
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
        where TLine : IWinogradLine<T>
    {
        nint grid = (nint)_y.Grid * _x.Grid;
        int top = TLine.Outputs * block.TileRow;
        int rows = Math.Min(TLine.Outputs * block.TileRows, _y.Grid - top);
        nint next = (nint)_x.Grid * width;
        new Span<T>(pixels + (rows * next), checked((int)(((TLine.Outputs * block.TileRows) - rows) * next))).Clear();
        for (int i = 0; i < block.Images; i++)
        {
            T* dY = _dY + (((((((nint)block.Image + i) * _groups) + block.Group) * _filters) + first) * grid) + ((nint)top * _x.Grid);
            GemmPacking.Pack(dY, grid, 1, rows * _x.Grid, filters, pixels, width);
            for (int r = 0; r < block.TileRows; r++)
            {
                T* from = pixels + (TLine.Outputs * r * next);
                T* to = outputs + (((((nint)r * block.Images) + i) * _tiles.Columns) * width);
                for (int j = 0; j < _x.Grid; j += TLine.Outputs, from += TLine.Outputs * width)
                {
                    for (int f = 0; f < width; f += TOps.Width, to += TOps.Width)
                    {
                        WinogradKernel<T, TVector, TOps, TLine>.OutputGradient(from + f, width, next, _x.Grid - j, buffer, to, step);
                    }
                }
            }
        }
    }

    private void Products(T* inputs, nint inputRow, nint inputStep, T* outputs, nint outputStep, int count, int channels, int vectors, T* sums, bool add)
    {
        int lanes = MicroKernelTable<T>.Width;
        int rowTiles = Pieces.Count(channels, MicroKernelTable<T>.Rows);
        int panels = Pieces.Count(vectors, MicroKernelTable<T>.Columns);
        for (int position = 0; position < _positions; position++)
        {
            for (int panel = 0; panel < panels; panel++)
            {
                int first = Pieces.Start(panel, panels, vectors);
                int width = Pieces.Start(panel + 1, panels, vectors) - first;
                for (int t = 0; t < rowTiles; t++)
                {
                    int c = Pieces.Start(t, rowTiles, channels);
                    int rows = Pieces.Start(t + 1, rowTiles, channels) - c;
                    MicroKernelTable<T>.Get(rows, width, pack: false)(
                        count,
                        inputs + (c * inputStep) + (position * inputRow),
                        inputStep,
                        1,
                        outputs + (position * outputStep) + (first * lanes),
                        vectors * lanes,
                        null,
                        sums + ((((nint)position * _channels) + c) * _filterStride) + (first * lanes),
                        _filterStride,
                        add);
                }
            }
        }
    }

    // The chunks' sums of one channel, and from them its weights' gradients for every filter.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Reduce<TVector, TOps, TLine>(int item)
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
        where TLine : IWinogradLine<T>
    {
        var buffer = (T*)ThreadScratch.Memory;
        T* total = buffer + (WinogradTiles<T>.BufferBytes / sizeof(T));
        T* window = total + (_positions * TOps.Width);
        int group = item / _channels;
        int channel = item % _channels;
        nint step = (nint)_channels * _filterStride;
        nint chunkStep = _groups * _positions * step;
        for (int first = 0; first < _filters; first += TOps.Width)
        {
            T* sums = _partial + (group * _positions * step) + ((nint)channel * _filterStride) + first;
            for (int p = 0; p < _positions; p++)
            {
                TVector sum = TOps.Load(sums + (p * step));
                for (int chunk = 1; chunk < _chunks; chunk++)
                {
                    sum = TOps.Add(sum, TOps.Load(sums + (chunk * chunkStep) + (p * step)));
                }

                TOps.Store(sum, total + (p * TOps.Width));
            }

            WinogradKernel<T, TVector, TOps, TLine>.WeightGradient(total, buffer, window);
            int filters = Math.Min(TOps.Width, _filters - first);
            for (int f = 0; f < filters; f++)
            {
                T* to = _dW + (((((nint)group * _filters) + first + f) * _channels) + channel) * 9;
                for (int tap = 0; tap < 9; tap++)
                {
                    to[tap] = window[(tap * TOps.Width) + f];
                }
            }
        }
    }

    private readonly struct Sums(WinogradWeightPlan<T> plan, int item) : IWinogradWork<T>
    {
        public void Run<TVector, TOps, TLine>()
            where TVector : struct
            where TOps : IVectorOps<TVector, T>
            where TLine : IWinogradLine<T> => plan.Sum<TVector, TOps, TLine>(item);
    }

    private readonly struct Totals(WinogradWeightPlan<T> plan, int item) : IWinogradWork<T>
    {
        public void Run<TVector, TOps, TLine>()
            where TVector : struct
            where TOps : IVectorOps<TVector, T>
            where TLine : IWinogradLine<T> => plan.Reduce<TVector, TOps, TLine>(item);
    }
}
