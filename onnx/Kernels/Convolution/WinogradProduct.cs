using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>The product over 3×3 taps by Winograd's F(m×m, 3×3): see <see cref="IWinogradLine{T}"/>.</summary>
/// <remarks>For each of the (m + 2)² positions of a transformed tile the sums over channels are a matrix product, of weights by tiles.</remarks>
internal sealed unsafe class WinogradProduct<T> : ITapProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int TransformedBytes = 400 * 1024;
    private const int MostTiles = 192;
    private const int FewestItems = 8;
    private const int MaxColumns = 48;
    private const int MaxRows = 8;

    private readonly int _batch;
    private readonly int _groups;
    private readonly int _rows;
    private readonly int _channels;
    private readonly TapAxis _y;
    private readonly TapAxis _x;
    private readonly WinogradTiles<T> _tiles;
    private readonly int _imageBlocks;
    private readonly int _rowTiles;
    private readonly nint _weightStep;
    private readonly Action<int> _weights;
    private readonly Action<int> _item;
    private T* _a;
    private T* _u;
    private T* _source;
    private T* _target;
    private GemmEpilogue<T> _epilogue;

    /// <summary>Plans a product: see <see cref="ITapProduct{T}.Plan"/>.</summary>
    public WinogradProduct(int outputs, int batch, int groups, int rows, int channels, TapAxis y, TapAxis x)
    {
        _batch = batch;
        _groups = groups;
        _rows = rows;
        _channels = channels;
        _y = y;
        _x = x;
        _tiles = new WinogradTiles<T>(outputs, batch, groups, channels, y, x, Tiles(outputs, channels), batch * groups / FewestItems);
        _imageBlocks = Pieces.Count(batch, _tiles.Images);
        _rowTiles = Pieces.Count(rows, MicroKernelTable<T>.Rows);
        _weightStep = WeightStep(channels);
        _weights = item => WinogradSize<T>.Run(new Transform(this, item), outputs);
        _item = Item;
    }

    /// <inheritdoc/>
    public long ScratchBytes => (long)_groups * _rows * WeightRow * sizeof(T);

    private nint WeightRow => (_tiles.Positions * _weightStep) + WinogradTiles<T>.Gap;

    /// <summary>The outputs along an axis of the tiles that compute a product fastest: 4, 2, or 0 where the direct sum does.</summary>
    public static int Outputs(int batch, int groups, int rows, int channels, TapAxis y, TapAxis x)
    {
        bool isLarge = WinogradTiles<T>.AreLargeFaster(Math.Max(rows, channels), batch * groups / FewestItems, y, x);
        return isLarge && Suits(4, batch, rows, channels, y, x) ? 4 : Suits(2, batch, rows, channels, y, x) ? 2 : 0;
    }

    /// <summary>Whether the method computes a product of these sizes, and by tiles of 2×2 faster than the direct sum.</summary>
    public static bool Suits(int outputs, int batch, int rows, int channels, TapAxis y, TapAxis x)
    {
        if (batch == 0 || rows < WinogradTiles<T>.LeastChannels || channels < WinogradTiles<T>.LeastChannels || !WinogradTiles<T>.Fit(y, x))
        {
            return false;
        }

        var tiles = new WinogradTiles<T>(outputs, batch, 1, channels, y, x, Tiles(outputs, channels), batch);
        int lanes = MicroKernelTable<T>.Width;
        long transformed = (long)tiles.Positions * channels * Pieces.Count(tiles.MostTiles, lanes) * lanes;
        long computed = tiles.SpreadLength + transformed + (MaxColumns * ((MaxRows * tiles.Positions) + (outputs * outputs)));
        return WinogradTiles<T>.BufferBytes + (Math.Max(computed, 9 * WeightStep(channels)) * sizeof(T)) <= ThreadScratch.Bytes;
    }

    /// <inheritdoc/>
    public void Run(Team team, T* a, T* source, T* target, T* scratch, in GemmEpilogue<T> epilogue)
    {
        _a = a;
        _u = scratch;
        _source = source;
        _target = target;
        _epilogue = epilogue;
        team.Run(_groups * _rows, _weights);
        team.Run(_imageBlocks * _groups * _tiles.RowBlocks, _item);
    }

    private static int Tiles(int outputs, int channels) =>
        Math.Clamp(TransformedBytes / ((outputs + 2) * (outputs + 2) * channels * sizeof(T)), WinogradTiles<T>.FewestTiles, MostTiles);

    private static int WeightStep(int channels) => Pieces.Count(channels, MicroKernelTable<T>.Width) * MicroKernelTable<T>.Width;

    // Row (group, i) of U = G g Gᵀ: [position][channel]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Weights<TVector, TOps, TLine>(int item)
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
        where TLine : IWinogradLine<T>
    {
        byte* buffer = ThreadScratch.Memory;
        var g = (T*)(buffer + WinogradTiles<T>.BufferBytes);
        GemmPacking.Pack(_a + ((nint)item * _channels * 9), 9, 1, 9, _channels, g, (int)_weightStep);
        nint down = _y.Offsets[0] < _y.Offsets[2] ? 3 * _weightStep : -3 * _weightStep;
        nint right = _x.Offsets[0] < _x.Offsets[2] ? _weightStep : -_weightStep;
        T* u = _u + (item * WeightRow);
        for (nint c = 0; c < _weightStep; c += TOps.Width)
        {
            WinogradKernel<T, TVector, TOps, TLine>.Weights(g + (4 * _weightStep) + c, down, right, (T*)buffer, u + c, _weightStep);
        }
    }

    private void Item(int item)
    {
        int rest = item / _tiles.RowBlocks;
        int image = Pieces.Start(rest / _groups, _imageBlocks, _batch);
        int images = Pieces.Start((rest / _groups) + 1, _imageBlocks, _batch) - image;
        WinogradBlock block = _tiles.Block(image, images, rest % _groups, item % _tiles.RowBlocks);
        WinogradSize<T>.Run(new Products(this, block), _tiles.Outputs);
    }

    private void Compute<TVector, TOps, TLine>(in WinogradBlock block)
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
        where TLine : IWinogradLine<T>
    {
        int count = _tiles.Count(block);
        int vectors = Pieces.Count(count, TOps.Width);
        int panels = Pieces.Count(vectors, MicroKernelTable<T>.Columns);
        byte* buffer = ThreadScratch.Memory;
        var spread = (T*)(buffer + WinogradTiles<T>.BufferBytes);
        T* transformed = spread + _tiles.SpreadLength;
        T* products = transformed + ((nint)_tiles.Positions * _channels * vectors * TOps.Width);
        for (int c = 0; c < _channels; c++)
        {
            _tiles.Spread(_source, block, c, spread);
            PrefetchTarget(block, c);
            for (int panel = 0; panel < panels; panel++)
            {
                int first = Pieces.Start(panel, panels, vectors);
                int width = Pieces.Start(panel + 1, panels, vectors) - first;
                T* to = transformed + (_tiles.Positions * TOps.Width * (((nint)_channels * first) + ((nint)c * width)));
                _tiles.Transform<TVector, TOps, TLine>(spread, block, first, width, (T*)buffer, to, (nint)width * TOps.Width);
            }
        }

        for (int panel = 0; panel < panels; panel++)
        {
            int first = Pieces.Start(panel, panels, vectors);
            int width = Pieces.Start(panel + 1, panels, vectors) - first;
            T* from = transformed + ((nint)_tiles.Positions * _channels * first * TOps.Width);
            Panel<TVector, TOps, TLine>(block, from, first * TOps.Width, width, count, (T*)buffer, products);
        }
    }

    // What the products of this channel's share of the rows will be written over.
    private void PrefetchTarget(in WinogradBlock block, int channel)
    {
        nint plane = (nint)_y.Target * _x.Target;
        int top = _tiles.Outputs * block.TileRow;
        nint length = (nint)Math.Min(_tiles.Outputs * block.TileRows, _y.Grid - top) * _x.Target * sizeof(T);
        int end = Pieces.Start(channel + 1, _channels, _rows);
        for (int r = Pieces.Start(channel, _channels, _rows); r < end; r++)
        {
            for (int i = 0; i < block.Images; i++)
            {
                T* target = _target + (((((((nint)block.Image + i) * _groups) + block.Group) * _rows) + r) * plane) + (top * _x.Target);
                CacheLines.PrefetchFar(target, length);
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Panel<TVector, TOps, TLine>(in WinogradBlock block, T* transformed, int first, int width, int count, T* buffer, T* products)
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
        where TLine : IWinogradLine<T>
    {
        int columns = width * TOps.Width;
        int pixels = TLine.Outputs * columns;
        int* at = stackalloc int[MaxColumns];
        nint* to = stackalloc nint[MaxColumns];
        int* y = stackalloc int[MaxColumns];
        int* length = stackalloc int[MaxColumns];
        int runs = Runs(block, first, Math.Min(columns, count - first), at, to, y, length);
        int positions = _tiles.Positions;
        T* pixel = products + (positions * MaxRows * columns);
        nint plane = (nint)_y.Target * _x.Target;
        T* u = _u + (block.Group * _rows * WeightRow);
        T* target = _target + (((((nint)block.Image * _groups) + block.Group) * _rows) * plane);
        for (int t = 0; t < _rowTiles; t++)
        {
            int i = Pieces.Start(t, _rowTiles, _rows);
            int rows = Pieces.Start(t + 1, _rowTiles, _rows) - i;
            var kernel = MicroKernelTable<T>.Get(rows, width, pack: false);
            for (int position = 0; position < positions; position++)
            {
                kernel(
                    _channels,
                    u + (i * WeightRow) + (position * _weightStep),
                    WeightRow,
                    1,
                    transformed + (position * columns),
                    positions * columns,
                    null,
                    products + (position * MaxRows * columns),
                    columns,
                    false);
            }

            for (int r = 0; r < rows; r++)
            {
                for (int v = 0; v < columns; v += TOps.Width)
                {
                    WinogradKernel<T, TVector, TOps, TLine>.Output(
                        products + (r * columns) + v, MaxRows * columns, buffer, pixel + (TLine.Outputs * v), pixels);
                }

                if (!_epilogue.IsIdentity)
                {
                    _epilogue.Tile(pixel, 0, (block.Group * _rows) + i + r, 0, 1, TLine.Outputs * pixels);
                }

                T* row = target + ((i + r) * plane);
                for (int run = 0; run < runs; run++)
                {
                    int lines = Math.Min(TLine.Outputs, _y.Grid - y[run]);
                    for (int line = 0; line < lines; line++)
                    {
                        Copy(pixel + (line * pixels) + (TLine.Outputs * at[run]), row + to[run] + (line * _x.Target), length[run]);
                    }
                }
            }
        }
    }

    /// <summary>Cuts a panel's tiles into runs within one tile row of one image.</summary>
    private int Runs(in WinogradBlock block, int first, int count, int* at, nint* to, int* y, int* length)
    {
        int runs = 0;
        int tileRow = block.Images * _tiles.Columns;
        for (int done = 0; done < count; runs++)
        {
            int tile = first + done;
            int image = tile % tileRow / _tiles.Columns;
            int x = tile % _tiles.Columns;
            int tiles = Math.Min(_tiles.Columns - x, count - done);
            at[runs] = done;
            y[runs] = _tiles.Outputs * (block.TileRow + (tile / tileRow));
            to[runs] = ((nint)image * _groups * _rows * _y.Target * _x.Target) + ((nint)y[runs] * _x.Target) + (_tiles.Outputs * x);
            length[runs] = Math.Min(_tiles.Outputs * tiles, _x.Grid - (_tiles.Outputs * x));
            done += tiles;
        }

        return runs;
    }

    // Nothing past the run may be written: what follows may be another thread's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(T* from, T* to, int length)
    {
        int wide = Vector512<T>.Count;
        int half = Vector256<T>.Count;
        if (length >= wide)
        {
            for (int j = 0; j <= length - wide; j += wide)
            {
                Vector512.Load(from + j).Store(to + j);
            }

            Vector512.Load(from + length - wide).Store(to + length - wide);
        }
        else if (length >= half)
        {
            Vector256.Load(from).Store(to);
            Vector256.Load(from + length - half).Store(to + length - half);
        }
        else
        {
            for (int j = 0; j < length; j++)
            {
                to[j] = from[j];
            }
        }
    }

    private readonly struct Products(WinogradProduct<T> product, WinogradBlock block) : IWinogradWork<T>
    {
        public void Run<TVector, TOps, TLine>()
            where TVector : struct
            where TOps : IVectorOps<TVector, T>
            where TLine : IWinogradLine<T> => product.Compute<TVector, TOps, TLine>(block);
    }

    private readonly struct Transform(WinogradProduct<T> product, int item) : IWinogradWork<T>
    {
        public void Run<TVector, TOps, TLine>()
            where TVector : struct
            where TOps : IVectorOps<TVector, T>
            where TLine : IWinogradLine<T> => product.Weights<TVector, TOps, TLine>(item);
    }
}
