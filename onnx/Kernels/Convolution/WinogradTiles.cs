using System.Numerics;
using System.Runtime.CompilerServices;

namespace Anneal.Onnx.Kernels;

/// <summary>The tiles of m×m outputs, m being 2 or 4, that a 3×3 window is computed by, and the transform of what they read.</summary>
/// <remarks>Tiles are numbered tile row by tile row, within it image by image, so that vectors are full for small images too.</remarks>
internal sealed unsafe class WinogradTiles<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Bytes of memory for <see cref="WinogradKernel{T, TVector, TOps, TLine}"/> between its two axes.</summary>
    public const int BufferBytes = 36 * 64;

    /// <summary>Elements of slack behind what is read and written in vectors.</summary>
    public const int Slack = 64;

    /// <summary>Channels, on either side, below which the transforms cost more than the products save.</summary>
    public const int LeastChannels = 8;

    /// <summary>Tiles that a block has at least, where the image has as many: vectors should be full.</summary>
    public const int FewestTiles = 16;

    /// <summary>Elements, a line of the cache at least, that keep rows of a power of two apart in it.</summary>
    public const int Gap = 16;

    private const int MostPadding = 2;
    private const int MostLargeChannels = 64;
    private const int FewestLargeTiles = 32;

    private readonly int _size;
    private readonly int _batch;
    private readonly int _groups;
    private readonly int _channels;
    private readonly TapAxis _y;
    private readonly TapAxis _x;
    private readonly T[] _mask;
    private readonly int _lineLength;
    private readonly int _planeLength;

    /// <summary>Divides a grid into blocks of tiles.</summary>
    /// <param name="outputs">Outputs of a tile along an axis: 2 or 4.</param>
    /// <param name="batch">Images.</param>
    /// <param name="groups">Groups.</param>
    /// <param name="channels">Source channels in a group.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="tiles">Tiles that a block should have at most; it has a tile row at least.</param>
    /// <param name="images">Images that a block may have.</param>
    public WinogradTiles(int outputs, int batch, int groups, int channels, TapAxis y, TapAxis x, int tiles, int images)
    {
        Outputs = outputs;
        _size = outputs + 2;
        _batch = batch;
        _groups = groups;
        _channels = channels;
        _y = y;
        _x = x;
        Rows = Pieces.Count(y.Grid, outputs);
        Columns = Pieces.Count(x.Grid, outputs);
        RowBlocks = Pieces.Count(Rows, Math.Clamp(tiles / Columns, 1, Rows));
        Images = RowBlocks > 1 ? 1 : Math.Clamp(tiles / (Columns * Rows), 1, Math.Max(1, images));
        int blockRows = Pieces.Count(Rows, RowBlocks);
        MostTiles = blockRows * Columns * Images;
        _planeLength = Aligned(MostTiles + (Images * Columns) + Slack);
        _lineLength = Aligned((outputs * Columns) + (2 * Slack));
        _mask = GC.AllocateArray<T>((_size * _planeLength) + _lineLength, pinned: true);
        for (int s = 0; s < _size; s++)
        {
            for (int j = 0; j < _planeLength; j++)
            {
                int pixel = x.Least + (outputs * (j % Columns)) + s;
                _mask[(s * _planeLength) + j] = pixel >= 0 && pixel < x.Source ? BitMask<T>.All : T.Zero;
            }
        }
    }

    /// <summary>Outputs of a tile along an axis.</summary>
    public int Outputs { get; }

    /// <summary>Values of a transformed tile.</summary>
    public int Positions => _size * _size;

    /// <summary>Tile rows of an image.</summary>
    public int Rows { get; }

    /// <summary>Tiles in a tile row of an image.</summary>
    public int Columns { get; }

    /// <summary>Blocks that the tile rows of an image are divided into.</summary>
    public int RowBlocks { get; }

    /// <summary>Images in a block, at most; 1 where an image is divided into blocks.</summary>
    public int Images { get; }

    /// <summary>Tiles in a block, at most.</summary>
    public int MostTiles { get; }

    /// <summary>Tiles of one image in a block, at most.</summary>
    public int ImageTiles => MostTiles / Images;

    /// <summary>Elements of memory that <see cref="Spread"/> fills.</summary>
    public int SpreadLength => (2 * _lineLength) + (Outputs * _size * _planeLength);

    /// <summary>Whether tiles of 4×4 outputs are faster than those of 2×2.</summary>
    /// <param name="channels">Channels on the side that has more.</param>
    /// <param name="images">Images that a block may have.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <remarks>Transformed weights must fit the cache, vectors of tiles be full, and the last tiles of rows not be mostly idle.</remarks>
    public static bool AreLargeFaster(int channels, int images, TapAxis y, TapAxis x)
    {
        long small = (long)Pieces.Count(y.Grid, 2) * Pieces.Count(x.Grid, 2);
        long large = (long)Pieces.Count(y.Grid, 4) * Pieces.Count(x.Grid, 4);
        return channels <= MostLargeChannels && large * Math.Max(1, images) >= FewestLargeTiles && 3 * 36 * large <= 2 * 16 * small;
    }

    /// <summary>Whether a product over two axes is one that tiles compute: nine taps side by side, each output once.</summary>
    public static bool Fit(TapAxis y, TapAxis x) => Fits(y) && Fits(x);

    /// <summary>The block of some images that has the given number among the blocks of their rows.</summary>
    public WinogradBlock Block(int image, int images, int group, int rowBlock)
    {
        int row = Pieces.Start(rowBlock, RowBlocks, Rows);
        return new WinogradBlock(image, images, group, row, Pieces.Start(rowBlock + 1, RowBlocks, Rows) - row);
    }

    /// <summary>The tiles of a block.</summary>
    public int Count(in WinogradBlock block) => block.TileRows * block.Images * Columns;

    /// <summary>Deals one channel's pixels to a block's tiles.</summary>
    /// <param name="source">[batch, groups·channels, …].</param>
    /// <param name="block">The block.</param>
    /// <param name="channel">The channel in the group.</param>
    /// <param name="spread">Memory of <see cref="SpreadLength"/>.</param>
    public void Spread(T* source, in WinogradBlock block, int channel, T* spread)
    {
        // The narrowest vectors that hold a tile row, or those of two images: what is stored past its end is stored again.
        int tiles = Images > 1 && BitOperations.IsPow2(Columns) ? 2 * Columns : Columns;
        int bits = (int)BitOperations.RoundUpToPowerOf2((uint)(8 * sizeof(T) * tiles));
        WinogradSize<T>.Run(new Spreading(this, source, block, channel, spread), Outputs, bits);
    }

    /// <summary>Transforms tiles that <see cref="Spread"/> dealt.</summary>
    /// <param name="spread">What it left.</param>
    /// <param name="block">The block.</param>
    /// <param name="first">The first vector of tiles.</param>
    /// <param name="vectors">The number of vectors.</param>
    /// <param name="buffer">Memory of <see cref="BufferBytes"/>.</param>
    /// <param name="to">Receives the tiles, position by position; those past the block's last have no meaning.</param>
    /// <param name="step">Elements from one position to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Transform<TVector, TOps, TLine>(T* spread, in WinogradBlock block, int first, int vectors, T* buffer, T* to, nint step)
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
        where TLine : IWinogradLine<T>
    {
        T* from = spread + (2 * _lineLength) + ((nint)first * TOps.Width);
        nint below = (nint)block.Images * Columns;
        for (int v = 0; v < vectors; v++, from += TOps.Width, to += TOps.Width)
        {
            WinogradKernel<T, TVector, TOps, TLine>.Input(from, _planeLength, below, buffer, to, step);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Spread<TVector, TOps, TLine>(T* source, in WinogradBlock block, int channel, T* spread)
        where TVector : struct
        where TOps : IVectorOps<TVector, T>
        where TLine : IWinogradLine<T>
    {
        nint image = (nint)_groups * _channels * _y.Source * _x.Source;
        T* first = source + (block.Image * image) + ((((nint)block.Group * _channels) + channel) * _y.Source * _x.Source) + _x.Least;
        T* end = source + (_batch * image);
        int images = TOps.Width == 2 * Columns ? 2 : 1;
        nint half = TLine.Outputs * TOps.Width / 2;
        fixed (T* mask = _mask)
        {
            T* padding = mask + (_size * _planeLength);
            for (int i = 0; i < TLine.Outputs; i++)
            {
                // The last two of a tile's rows are the first two of the one below.
                int rows = i < 2 ? block.TileRows + 1 : block.TileRows;
                for (int r = 0; r < rows; r++)
                {
                    T* to = spread + (2 * _lineLength) + (i * _size * _planeLength) + ((nint)r * block.Images * Columns);
                    int y = (TLine.Outputs * (block.TileRow + r)) + i + _y.Least;
                    bool isPadding = (uint)y >= (uint)_y.Source;
                    T* row = first + ((nint)y * _x.Source);
                    for (int n = 0; n < block.Images; n += images, row += images * image, to += images * Columns)
                    {
                        T* low = isPadding ? padding : Line(row, source, end, spread);
                        if (images == 2)
                        {
                            half = (nint)((isPadding || n + 1 == block.Images ? low : Line(row + image, source, end, spread + _lineLength)) - low);
                        }

                        WinogradKernel<T, TVector, TOps, TLine>.Deal(low, half, mask, Columns, _planeLength, to);
                    }
                }
            }
        }
    }

    /// <summary>Where a row's pixels are read, from the first tile's first: in a copy if vectors would leave the source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T* Line(T* row, T* source, T* end, T* copy)
    {
        if (row >= source && row + _lineLength <= end)
        {
            CacheLines.Prefetch(row + ((nint)_y.Source * _x.Source), _x.Source * sizeof(T));
            return row;
        }

        new Span<T>(row - _x.Least, _x.Source).CopyTo(new Span<T>(copy - Math.Min(0, _x.Least), _x.Source));
        return copy + Math.Max(0, _x.Least);
    }

    private static int Aligned(int length) => Pieces.Count(length, Gap) * Gap;

    private static bool Fits(TapAxis axis) =>
        axis.Offsets.Length == 3 && axis.Reach == 2 && axis.Offsets[1] == axis.Least + 1 && axis.Step == 1 && axis.IsDense && axis.Grid > 2
        && Math.Abs(axis.Least) <= MostPadding && axis.Source <= axis.Grid + (2 * MostPadding);

    private readonly struct Spreading(WinogradTiles<T> tiles, T* source, WinogradBlock block, int channel, T* spread) : IWinogradWork<T>
    {
        public void Run<TVector, TOps, TLine>()
            where TVector : struct
            where TOps : IVectorOps<TVector, T>
            where TLine : IWinogradLine<T> => tiles.Spread<TVector, TOps, TLine>(source, block, channel, spread);
    }
}
