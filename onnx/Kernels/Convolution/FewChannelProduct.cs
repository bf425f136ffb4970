using System.Numerics;

namespace Anneal.Onnx.Kernels;

/// <summary>The product over taps where groups have few channels, as in a depthwise convolution: see <see cref="FewChannelKernel{T, TVector, TOps}"/>.</summary>
/// <remarks>Nothing is packed: sums of rows of a padded copy of the image are written where they belong.</remarks>
internal sealed unsafe class FewChannelProduct<T> : ITapProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int MostChannels = 8;

    /// <summary>Rows that share what they read are a matrix product, unless their sums are short.</summary>
    private const int MostRows = 2;
    private const int MostRowsOfOneChannel = 8;
    private const int PatchBytes = 64 * 1024;
    private const int TileBytes = 96 * 1024;
    private const int FewestItems = 16;
    private const int Slack = 64;

    private readonly int _groups;
    private readonly int _rows;
    private readonly int _channels;
    private readonly int _depth;
    private readonly TapAxis _y;
    private readonly TapAxis _x;
    private readonly TapBlocks _blocks;
    private readonly bool _isDense;
    private readonly long _sourceLength;
    private readonly int _items;
    private readonly nint[] _offsets;
    private readonly Action<int> _item;
    private T* _a;
    private T* _source;
    private T* _target;
    private GemmEpilogue<T> _epilogue;

    /// <summary>Plans a product: see <see cref="ITapProduct{T}.Plan"/>.</summary>
    public FewChannelProduct(int batch, int groups, int rows, int channels, TapAxis y, TapAxis x)
    {
        int taps = y.Offsets.Length * x.Offsets.Length;
        _groups = groups;
        _rows = rows;
        _channels = channels;
        _depth = channels * taps;
        _y = y;
        _x = x;
        _blocks = Divide(channels, y, x, Pieces.Count(FewestItems, batch * groups));
        _isDense = y.IsDense && x.IsDense;
        _sourceLength = (long)batch * groups * channels * y.Source * x.Source;
        _items = checked(batch * groups * _blocks.Rows * _blocks.Columns);
        _offsets = GC.AllocateArray<nint>(_depth, pinned: true);
        for (int k = 0; k < _depth; k++)
        {
            int tap = k % taps;
            _offsets[k] = ((nint)(k / taps) * _blocks.Patch.ChannelStride) + _blocks.Patch.Offset(tap / x.Offsets.Length, tap % x.Offsets.Length);
        }

        _item = Item;
    }

    /// <inheritdoc/>
    public long ScratchBytes => 0;

    /// <summary>Whether the method computes a product of these sizes, and faster than as a matrix product.</summary>
    public static bool Suits(int batch, int rows, int channels, TapAxis y, TapAxis x) =>
        batch > 0 && y.Grid > 0 && x.Grid > 0 && rows > 0 && rows <= (channels == 1 ? MostRowsOfOneChannel : MostRows) && channels is > 0 and <= MostChannels
        && Divide(channels, y, x, 1).Channels == channels;

    /// <inheritdoc/>
    public void Run(Team team, T* a, T* source, T* target, T* scratch, in GemmEpilogue<T> epilogue)
    {
        _a = a;
        _source = source;
        _target = target;
        _epilogue = epilogue;
        team.Run(_items, _item);
    }

    private static TapBlocks Divide(int channels, TapAxis y, TapAxis x, int fewest) =>
        TapBlocks.Divide(y, x, channels, fewest, PatchBytes / sizeof(T), TileBytes / sizeof(T));

    private void Item(int item)
    {
        int blockX = item % _blocks.Columns;
        int rest = item / _blocks.Columns;
        int blockY = rest % _blocks.Rows;
        nint image = rest / _blocks.Rows;
        int y0 = Pieces.Start(blockY, _blocks.Rows, _y.Grid);
        int x0 = Pieces.Start(blockX, _blocks.Columns, _x.Grid);
        int gridRows = Pieces.Start(blockY + 1, _blocks.Rows, _y.Grid) - y0;
        int gridColumns = Pieces.Start(blockX + 1, _blocks.Columns, _x.Grid) - x0;
        var patch = (T*)ThreadScratch.Memory;
        T* tile = patch + ((nint)_blocks.Patch.ChannelStride * _channels) + Slack;
        if (_depth > 0)
        {
            T* planes = _source + (image * _channels * _y.Source * _x.Source);
            _blocks.Patch.Fill(planes, _source + _sourceLength, _channels, y0, gridRows, x0, patch);
        }

        int group = (int)(image % _groups);
        bool isDirect = _isDense && gridColumns * sizeof(T) >= 16;
        int tileRow = Math.Max(gridColumns, 16 / sizeof(T));
        for (int r = 0; r < _rows; r++)
        {
            int row = (group * _rows) + r;
            T* target = _target + (((image * _rows) + r) * _y.Target * _x.Target);
            T* to = isDirect ? target + ((nint)y0 * _x.Target) + x0 : tile;
            int toRow = isDirect ? _x.Target : tileRow;
            VectorWidth<T>.Run(new Plane(this, patch, _a + ((nint)row * _depth), to, toRow, gridRows, gridColumns), 8 * sizeof(T) * gridColumns);
            Finish(to, toRow, row, gridRows, gridColumns);
            for (int i = 0; !isDirect && i < gridRows; i++)
            {
                int at = (x0 * _x.Spacing) + _x.Origin;
                T* line = target + ((nint)(((y0 + i) * _y.Spacing) + _y.Origin) * _x.Target) + at;
                SpacedRow<T>.Put(tile + (i * tileRow), line, gridColumns, _x.Spacing, _x.Target - at);
            }
        }
    }

    private void Finish(T* to, int toRow, int row, int gridRows, int gridColumns)
    {
        if (_epilogue.IsIdentity)
        {
            return;
        }

        bool isWhole = toRow == gridColumns;
        int lines = isWhole ? 1 : gridRows;
        for (int i = 0; i < lines; i++)
        {
            _epilogue.Tile(to + ((nint)i * toRow), 0, row, 0, 1, isWhole ? gridRows * gridColumns : gridColumns);
        }
    }

    /// <summary>The sums of one target channel. The last vector of a row ends where the row does and computes some elements again.</summary>
    private readonly struct Plane(FewChannelProduct<T> product, T* patch, T* a, T* to, nint toRow, int gridRows, int gridColumns) : IVectorWork<T>
    {
        public void Run<TVector, TOps>()
            where TVector : struct
            where TOps : IVectorOps<TVector, T>
        {
            nint row = product._blocks.Patch.GridRowStride;
            int blocks = Pieces.Count(gridRows, FewChannelKernel<T, TVector, TOps>.MostRows);
            fixed (nint* offsets = product._offsets)
            {
                for (int b = 0; b < blocks; b++)
                {
                    int y = Pieces.Start(b, blocks, gridRows);
                    var kernel = FewChannelKernel<T, TVector, TOps>.Rows(Pieces.Start(b + 1, blocks, gridRows) - y);
                    for (int x = 0, done = 0; done < gridColumns; x = Math.Min(done, gridColumns - TOps.Width))
                    {
                        kernel(product._depth, a, offsets, patch + (y * row) + x, row, to + (y * toRow) + x, toRow);
                        done = x + TOps.Width;
                    }
                }
            }
        }
    }
}
