using System.Numerics;
using System.Runtime.CompilerServices;

namespace Anneal.Onnx.Kernels;

/// <summary>The product C[M, N] = epilogue(op(A) · op(B)) of one shape, planned once and run many times.</summary>
/// <typeparam name="T">Element type, float or double.</typeparam>
/// <typeparam name="TEpilogue">What is done to each finished tile.</typeparam>
/// <remarks>
/// The work is divided by shape alone: every element has one order of summation, so results are bit-identical for any number of
/// threads. A plan runs once at a time. A run allocates nothing.
/// </remarks>
public unsafe class GemmPlan<T, TEpilogue>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TEpilogue : struct, IGemmEpilogue<T>
{
    private const int BlockBytes = 512 * 1024;
    private const int DepthBytes = 4096;
    private const double ItemFlops = 4e6;
    private const int MaxItems = 24;

    /// <summary>An A of up to this size is read again for every block of columns; of a larger one the columns are kept wide.</summary>
    private const int CachedBytes = 1024 * 1024;

    /// <summary>A result of so many times the elements of its operands is divided by rows, so that each thread has one stretch of it and of what its epilogue updates.</summary>
    private const int WideResult = 2;

    private const int LongBlockTiles = 32;
    private const int ShortBlockTiles = 4;
    private const int MaxTile = 8 * 48;

    /// <summary>A transposed A is packed where so many bytes of each of its rows, of a stretch of k, exceed this together, and there are panels of columns enough to pay for it.</summary>
    private const int PackedBytes = 1600 * 1024;

    private const int PackedRowBytes = 2048;
    private const int PackedPanels = 8;
    private const int PackedTiles = 16;

    // Tiles a power of two apart would fall into the same few places of a cache while they are packed side by side.
    private const int TileGapBytes = 64;

    private readonly nint _aRow;
    private readonly nint _aStep;
    private readonly nint _bColumn;
    private readonly nint _bStep;
    private readonly nint _cRow;
    private readonly int _depth;
    private readonly int _tiles;
    private readonly int _vectors;
    private readonly int _rowBlocks;
    private readonly int _columnBlocks;
    private readonly nint _tileLength;
    private readonly Action<int> _item;
    private readonly Action<int> _pack;
    private T* _a;
    private T* _b;
    private T* _c;
    private T* _packed;
    private int _start;
    private TEpilogue _epilogue;

    /// <summary>Plans a product of row-major matrices.</summary>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Length of the sums; 0 gives zero sums.</param>
    /// <param name="transA">Whether A is stored as [K, M] rather than [M, K].</param>
    /// <param name="transB">Whether B is stored as [N, K] rather than [K, N].</param>
    /// <param name="lda">Elements from one stored row of A to the next; 0 for no gap.</param>
    /// <param name="ldb">Elements from one stored row of B to the next; 0 for no gap.</param>
    /// <param name="ldc">Elements from one row of C to the next; 0 for no gap.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    public GemmPlan(int m, int n, int k, bool transA = false, bool transB = false, int lda = 0, int ldb = 0, int ldc = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(m);
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        M = m;
        N = n;
        K = k;
        lda = lda != 0 ? lda : transA ? m : k;
        ldb = ldb != 0 ? ldb : transB ? k : n;
        (_aRow, _aStep) = transA ? (1, lda) : (lda, 1);
        (_bColumn, _bStep) = transB ? (ldb, 1) : (1, ldb);
        _cRow = ldc != 0 ? ldc : n;

        int width = MicroKernelTable<T>.Width;
        _tiles = Pieces(m, MicroKernelTable<T>.Rows);
        _vectors = Pieces(n, width);
        _depth = Math.Max(1, Pieces(k, Math.Max(1, Pieces(k, DepthBytes / sizeof(T)))));
        int columns = MicroKernelTable<T>.Columns;
        int maxVectors = Math.Max(1, BlockBytes / (_depth * width * sizeof(T)) / columns) * columns;
        int items = (int)Math.Clamp(2.0 * m * n * k / ItemFlops, 1, MaxItems);
        int fewest = Math.Max(1, Pieces(_vectors, maxVectors));
        bool isCached = (long)m * k * sizeof(T) <= CachedBytes;
        _rowBlocks = isCached ? 1 : Math.Clamp(items / fewest, 1, Math.Max(1, _tiles / LongBlockTiles));
        _columnBlocks = Math.Max(fewest, Math.Min(Pieces(items, _rowBlocks), Pieces(_vectors, columns)));
        _rowBlocks = Math.Clamp(Pieces(items, _columnBlocks), _rowBlocks, Math.Max(_rowBlocks, _tiles / ShortBlockTiles));
        if (fewest == 1 && (long)m * n >= WideResult * (((long)m * k) + ((long)k * n)))
        {
            (_rowBlocks, _columnBlocks) = (Math.Clamp(items, 1, Math.Max(1, _tiles / ShortBlockTiles)), 1);
        }

        if (transA && (long)m * Math.Min(_depth * sizeof(T), PackedRowBytes) > PackedBytes && _vectors >= PackedPanels * columns)
        {
            _tileLength = (MicroKernelTable<T>.Rows * _depth) + (TileGapBytes / sizeof(T));
        }

        _item = Item;
        _pack = Pack;
    }

    /// <summary>Rows of the result.</summary>
    public int M { get; }

    /// <summary>Columns of the result.</summary>
    public int N { get; }

    /// <summary>Length of the sums.</summary>
    public int K { get; }

    /// <summary>Whether partial sums pass through C, which is then needed even if the epilogue consumes the tiles.</summary>
    public bool NeedsResult => K > _depth;

    /// <summary>Memory that a run needs, in bytes: a transposed A that exceeds the cache is packed, one stretch of k at a time, for all columns.</summary>
    public long ScratchBytes => _tileLength * _tiles * sizeof(T);

    /// <summary>Computes the product.</summary>
    /// <param name="team">Threads to run on.</param>
    /// <param name="a">[M, K], or [K, M] if transposed.</param>
    /// <param name="b">[K, N], or [N, K] if transposed.</param>
    /// <param name="c">[M, N], overwritten; must not overlap an operand. Null where the epilogue consumes the tiles and <see cref="NeedsResult"/> is false.</param>
    /// <param name="epilogue">What is done to each tile.</param>
    /// <param name="scratch"><see cref="ScratchBytes"/> bytes; may be null where that is 0.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="c"/> is null and <see cref="NeedsResult"/> is true, or <paramref name="scratch"/> is null and <see cref="ScratchBytes"/> is not 0.
    /// </exception>
    public void Run(Team team, T* a, T* b, T* c, in TEpilogue epilogue, byte* scratch = null)
    {
        if (c == null && NeedsResult)
        {
            throw new ArgumentNullException(nameof(c));
        }

        if (scratch == null && ScratchBytes != 0)
        {
            throw new ArgumentNullException(nameof(scratch));
        }

        if (M == 0 || N == 0)
        {
            return;
        }

        _a = a;
        _b = b;
        _c = c;
        _epilogue = epilogue;
        _packed = (T*)scratch;
        if (_tileLength == 0)
        {
            team.Run(_rowBlocks * _columnBlocks, _item);
            return;
        }

        for (_start = 0; _start < K; _start += _depth)
        {
            team.Run(Pieces(_tiles, PackedTiles), _pack);
            team.Run(_rowBlocks * _columnBlocks, _item);
        }
    }

    private static int Pieces(int length, int size) => (length / size) + (length % size == 0 ? 0 : 1);

    private static int Bound(int piece, int pieces, int length) => (int)((long)piece * length / pieces);

    private void Pack(int item)
    {
        int depth = Math.Min(_depth, K - _start);
        int end = Math.Min(_tiles, (item + 1) * PackedTiles);
        GemmPacking.PackTiles(_a + (_start * _aStep), _aStep, depth, M, _tiles, item * PackedTiles, end, _packed, _tileLength);
    }

    private void Item(int item)
    {
        if (_tileLength != 0)
        {
            Block(item, _start);
            return;
        }

        int start = 0;
        do
        {
            Block(item, start);
            start += _depth;
        }
        while (start < K);
    }

    private void Block(int item, int start)
    {
        int column = item / _rowBlocks;
        int row = item % _rowBlocks;
        int tileStart = Bound(row, _rowBlocks, _tiles);
        int tileEnd = Bound(row + 1, _rowBlocks, _tiles);
        int vectorStart = Bound(column, _columnBlocks, _vectors);
        int vectors = Bound(column + 1, _columnBlocks, _vectors) - vectorStart;
        int panels = Pieces(vectors, MicroKernelTable<T>.Columns);
        int depth = Math.Min(_depth, K - start);
        bool isPacked = _tileLength != 0;
        for (int tile = tileStart; tile < tileEnd; tile++)
        {
            int i = Bound(tile, _tiles, M);
            int rows = Bound(tile + 1, _tiles, M) - i;
            T* a = isPacked ? _packed + (tile * _tileLength) : _a + (i * _aRow) + (start * _aStep);
            for (int panel = 0; panel < panels; panel++)
            {
                int first = Bound(panel, panels, vectors);
                int width = Bound(panel + 1, panels, vectors) - first;
                Panel(a, start, depth, i, rows, vectorStart + first, width, first, tile == tileStart, tileEnd - tileStart > 1);
            }
        }
    }

    [SkipLocalsInit]
    private void Panel(T* a, int start, int depth, int i, int rows, int vector, int vectors, int slot, bool isFirst, bool isReused)
    {
        int lanes = MicroKernelTable<T>.Width;
        int j = vector * lanes;
        int stride = vectors * lanes;
        int columns = Math.Min(stride, N - j);
        T* b = _b + (j * _bColumn) + (start * _bStep);
        T* packed = (T*)ThreadScratch.Memory + ((nint)slot * lanes * depth);
        nint bStep = stride;
        bool canRead = _bColumn == 1 && columns == stride;
        bool pack = isFirst && canRead && isReused;
        if (isFirst && canRead)
        {
            bStep = _bStep;
        }
        else
        {
            if (isFirst)
            {
                GemmPacking.Pack(b, _bColumn, _bStep, depth, columns, packed, stride);
            }

            b = packed;
        }

        nint aRow = _tileLength != 0 ? 1 : _aRow;
        nint aStep = _tileLength != 0 ? rows : _aStep;
        bool add = start > 0;
        bool isLast = start + depth >= K;
        delegate*<nint, T*, nint, nint, T*, nint, T*, T*, nint, bool, void> kernel = MicroKernelTable<T>.Get(rows, vectors, pack);
        if (columns == stride && _c != null)
        {
            T* c = _c + (i * _cRow) + j;
            if (NeedsResult)
            {
                // The kernel comes to the result last, each row of it on a page of its own, which no hardware fetches ahead.
                for (int row = 0; row < rows; row++)
                {
                    CacheLines.PrefetchFar(c + (row * _cRow), columns * sizeof(T));
                }
            }

            kernel(depth, a, aRow, aStep, b, bStep, packed, c, _cRow, add);
            if (isLast && !_epilogue.IsIdentity)
            {
                _epilogue.Tile(c, _cRow, i, j, rows, columns);
            }

            return;
        }

        T* tile = stackalloc T[MaxTile];
        kernel(depth, a, aRow, aStep, b, bStep, packed, tile, stride, false);
        if (add)
        {
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    tile[(row * stride) + column] += _c[((i + row) * _cRow) + j + column];
                }
            }
        }

        if (isLast && !_epilogue.IsIdentity)
        {
            _epilogue.Tile(tile, stride, i, j, rows, columns);
        }

        if (_c != null)
        {
            for (int row = 0; row < rows; row++)
            {
                new ReadOnlySpan<T>(tile + (row * stride), columns).CopyTo(new Span<T>(_c + ((i + row) * _cRow) + j, columns));
            }
        }
    }
}
