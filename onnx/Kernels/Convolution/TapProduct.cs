using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Anneal.Onnx.Kernels;

/// <summary>The product over taps by its definition.</summary>
/// <remarks>
/// A matrix product whose right side is read from a padded copy of the image: in place where the grid's rows are whole vectors or nearly so,
/// else packed in panels.
/// </remarks>
internal sealed unsafe class TapProduct<T> : ITapProduct<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int PatchBytes = 320 * 1024;
    private const int DepthLimit = 768;
    private const int FewestItems = 16;
    private const int Slack = 64;

    /// <summary>Sums of this length outweigh the piecewise copy that rows with idle lanes need.</summary>
    private const int LeastIdleDepth = 64;
    private const int MaxColumns = 48;
    private const int MaxTile = 8 * MaxColumns;

    private readonly int _groups;
    private readonly int _rows;
    private readonly int _channels;
    private readonly int _depth;
    private readonly int _taps;
    private readonly TapAxis _y;
    private readonly TapAxis _x;
    private readonly TapBlocks _blocks;
    private readonly int _chunks;
    private readonly int _tiles;
    private readonly int _items;
    private readonly nint _packedAt;
    private readonly nint[] _offsets;
    private readonly bool _isDense;
    private readonly long _sourceLength;
    private readonly Action<int> _item;
    private T* _a;
    private T* _source;
    private T* _target;
    private GemmEpilogue<T> _epilogue;

    /// <summary>Plans a product: see <see cref="ITapProduct{T}.Plan"/>.</summary>
    public TapProduct(int batch, int groups, int rows, int channels, TapAxis y, TapAxis x)
    {
        _groups = groups;
        _rows = rows;
        _channels = channels;
        _y = y;
        _x = x;
        _taps = y.Offsets.Length * x.Offsets.Length;
        _depth = channels * _taps;
        _isDense = y.IsDense && x.IsDense;
        _tiles = Pieces.Count(rows, MicroKernelTable<T>.Rows);
        _sourceLength = (long)batch * groups * channels * y.Source * x.Source;
        int chunk = _depth == 0 ? Math.Max(1, channels) : Pieces.Count(channels, Math.Clamp(Pieces.Count(_depth, DepthLimit), 1, channels));
        int images = Math.Max(1, batch * groups);
        bool isEmpty = batch == 0 || y.Grid == 0 || x.Grid == 0 || rows == 0;
        _blocks = isEmpty
            ? new TapBlocks(1, 0, 0, new PatchLayout(y, x, 1, 1))
            : TapBlocks.Divide(y, x, chunk, Pieces.Count(FewestItems, images), PatchBytes / sizeof(T), int.MaxValue);
        _chunks = Math.Max(1, Pieces.Count(channels, _blocks.Channels));
        _items = checked(batch * groups * _blocks.Rows * _blocks.Columns);
        _packedAt = ((nint)_blocks.Patch.ChannelStride * _blocks.Channels) + Slack;
        _offsets = GC.AllocateArray<nint>(_blocks.Channels * _taps, pinned: true);
        for (int k = 0; k < _offsets.Length; k++)
        {
            int tap = k % _taps;
            _offsets[k] = ((nint)(k / _taps) * _blocks.Patch.ChannelStride) + _blocks.Patch.Offset(tap / x.Offsets.Length, tap % x.Offsets.Length);
        }

        _item = Item;
    }

    /// <inheritdoc/>
    public long ScratchBytes => 0;

    /// <inheritdoc/>
    public void Run(Team team, T* a, T* source, T* target, T* scratch, in GemmEpilogue<T> epilogue)
    {
        _a = a;
        _source = source;
        _target = target;
        _epilogue = epilogue;
        team.Run(_items, _item);
    }

    private void Item(int item)
    {
        int blockX = item % _blocks.Columns;
        int rest = item / _blocks.Columns;
        int blockY = rest % _blocks.Rows;
        int image = rest / _blocks.Rows;
        int y0 = Pieces.Start(blockY, _blocks.Rows, _y.Grid);
        int x0 = Pieces.Start(blockX, _blocks.Columns, _x.Grid);
        int gridRows = Pieces.Start(blockY + 1, _blocks.Rows, _y.Grid) - y0;
        int gridColumns = Pieces.Start(blockX + 1, _blocks.Columns, _x.Grid) - x0;
        int lanes = MicroKernelTable<T>.Width;
        int padded = Pieces.Count(gridColumns, lanes) * lanes;
        bool isDirect = padded == gridColumns || (padded * 7 <= gridColumns * 8 && _depth >= LeastIdleDepth);
        int rowLength = isDirect ? padded : gridColumns;
        int count = gridRows * rowLength;
        int vectors = Pieces.Count(count, lanes);
        int panels = Pieces.Count(vectors, MicroKernelTable<T>.Columns);
        var patch = (T*)ThreadScratch.Memory;
        T* plane = _source + ((nint)image * _channels * _y.Source * _x.Source);
        for (int chunk = 0; chunk < _chunks; chunk++)
        {
            int channel = Pieces.Start(chunk, _chunks, _channels);
            int channels = Pieces.Start(chunk + 1, _chunks, _channels) - channel;
            if (_taps > 0)
            {
                _blocks.Patch.Fill(
                    plane + ((nint)channel * _y.Source * _x.Source), _source + _sourceLength, channels, y0, gridRows, x0, patch);
            }

            for (int panel = 0; panel < panels; panel++)
            {
                int first = Pieces.Start(panel, panels, vectors);
                int width = Pieces.Start(panel + 1, panels, vectors) - first;
                var block = new Block(image, y0, x0, gridColumns, rowLength, isDirect, first * lanes, width, Math.Min(width * lanes, count - (first * lanes)));
                Panel(patch, block, channel * _taps, channels * _taps, chunk == _chunks - 1);
            }
        }
    }

    [SkipLocalsInit]
    private void Panel(T* patch, in Block block, int start, int depth, bool isLast)
    {
        int lanes = MicroKernelTable<T>.Width;
        int stride = block.Vectors * lanes;
        int* at = stackalloc int[MaxColumns];
        int* from = stackalloc int[MaxColumns];
        int* to = stackalloc int[MaxColumns];
        int* length = stackalloc int[MaxColumns];
        int runs = Runs(block, at, from, to, length);
        T* packed = patch + _packedAt;
        T* first = patch, second = patch, third = patch;
        if (block.IsDirect)
        {
            first = patch + Place(block, block.Column);
            second = block.Vectors > 1 ? patch + Place(block, block.Column + lanes) : first;
            third = block.Vectors > 2 ? patch + Place(block, block.Column + (2 * lanes)) : first;
        }
        else
        {
            Pack(patch, depth, packed, stride, at, from, length, runs);
        }

        bool isWhole = _isDense && block.Columns == stride && block.RowLength == block.GridColumns;
        bool add = start > 0;
        nint plane = (nint)_y.Target * _x.Target;
        int group = block.Image % _groups;
        T* target = _target + ((nint)block.Image * _rows * plane);
        T* tile = stackalloc T[MaxTile];
        nint whole = isWhole ? to[0] : 0;
        fixed (nint* offsets = _offsets)
        {
            for (int t = 0; t < _tiles; t++)
            {
                int i = Pieces.Start(t, _tiles, _rows);
                int rows = Pieces.Start(t + 1, _tiles, _rows) - i;
                T* a = _a + (((nint)group * _rows) + i) * _depth + start;
                T* c = isWhole ? target + (i * plane) + whole : tile;
                nint cRow = isWhole ? plane : stride;
                if (block.IsDirect)
                {
                    ConvKernelTable<T>.Tap(rows, block.Vectors)(depth, a, _depth, offsets, first, second, third, c, cRow, add && isWhole);
                }
                else
                {
                    MicroKernelTable<T>.Get(rows, block.Vectors, pack: false)(depth, a, _depth, 1, packed, stride, packed, c, cRow, add && isWhole);
                }

                if (add && !isWhole)
                {
                    Add(target + (i * plane), plane, tile, stride, rows, at, to, length, runs);
                }

                if (isLast && !_epilogue.IsIdentity)
                {
                    _epilogue.Tile(c, cRow, (group * _rows) + i, 0, rows, block.Columns);
                }

                if (!isWhole)
                {
                    Put(target + (i * plane), plane, tile, stride, rows, at, to, length, runs);
                }
            }
        }
    }

    /// <summary>Where column j of a block begins in the patch.</summary>
    private nint Place(in Block block, int j) =>
        ((nint)(j / block.RowLength) * _blocks.Patch.GridRowStride) + (j % block.RowLength);

    /// <summary>Cuts a panel's columns into runs within one row of the grid.</summary>
    private int Runs(in Block block, int* at, int* from, int* to, int* length)
    {
        int runs = 0;
        int row = block.Column / block.RowLength;
        int column = block.Column % block.RowLength;
        for (int done = 0; done < block.Columns; row++, column = 0)
        {
            int count = Math.Min(block.GridColumns - column, block.Columns - done);
            if (count > 0)
            {
                at[runs] = done;
                from[runs] = (row * _blocks.Patch.GridRowStride) + column;
                to[runs] = ((((block.Y + row) * _y.Spacing) + _y.Origin) * _x.Target) + ((block.X + column) * _x.Spacing) + _x.Origin;
                length[runs++] = count;
            }

            done += block.RowLength - column;
        }

        return runs;
    }

    // Runs are copied in whole vectors; what is written past a run's end is overwritten by the next one.
    private void Pack(T* patch, int depth, T* packed, int stride, int* at, int* from, int* length, int runs)
    {
        int wide = Vector512<T>.Count;
        int half = Vector256<T>.Count;
        fixed (nint* offsets = _offsets)
        {
            for (int k = 0; k < depth; k++, packed += stride)
            {
                T* source = patch + offsets[k];
                for (int r = 0; r < runs; r++)
                {
                    T* run = source + from[r];
                    T* to = packed + at[r];
                    int count = length[r];
                    if (count <= half)
                    {
                        Vector256.Load(run).Store(to);
                    }
                    else
                    {
                        for (int j = 0; j < count; j += wide)
                        {
                            Vector512.Load(run + j).Store(to + j);
                        }
                    }
                }
            }
        }
    }

    private void Add(T* target, nint plane, T* tile, int stride, int rows, int* at, int* to, int* length, int runs)
    {
        int spacing = _x.Spacing;
        for (int i = 0; i < rows; i++, target += plane, tile += stride)
        {
            for (int r = 0; r < runs; r++)
            {
                T* from = target + to[r];
                T* run = tile + at[r];
                for (int j = 0; j < length[r]; j++)
                {
                    run[j] += from[j * spacing];
                }
            }
        }
    }

    private void Put(T* target, nint plane, T* tile, int stride, int rows, int* at, int* to, int* length, int runs)
    {
        int spacing = _x.Spacing;
        for (int i = 0; i < rows; i++, target += plane, tile += stride)
        {
            for (int r = 0; r < runs; r++)
            {
                SpacedRow<T>.Put(tile + at[r], target + to[r], length[r], spacing, _x.Target - (to[r] % _x.Target));
            }
        }
    }

    /// <summary>A panel: columns [Column, Column + Columns) of a block of the grid, whose rows count as RowLength columns, those past GridColumns idle.</summary>
    private readonly record struct Block(int Image, int Y, int X, int GridColumns, int RowLength, bool IsDirect, int Column, int Vectors, int Columns);
}
