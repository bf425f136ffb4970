namespace Anneal.Onnx.Kernels;

/// <summary>C = A·B on the calling thread, with B packed once into panels that the register blocks read in order, for a B that many products share.</summary>
/// <typeparam name="T">Element type, float or double.</typeparam>
internal sealed unsafe class PackedProduct<T>
    where T : unmanaged
{
    private readonly int _depth;
    private readonly int _columns;
    private readonly int _vectors;
    private readonly int _panels;

    /// <summary>Plans the product.</summary>
    /// <param name="depth">Rows of B, the length of the sums.</param>
    /// <param name="columns">Columns of B.</param>
    /// <param name="paddedColumns">Columns of C that are written, a multiple of <see cref="MicroKernelTable{T}.Width"/>: those past B's become zero.</param>
    public PackedProduct(int depth, int columns, int paddedColumns)
    {
        _depth = depth;
        _columns = columns;
        _vectors = paddedColumns / MicroKernelTable<T>.Width;
        _panels = (_vectors + MicroKernelTable<T>.Columns - 1) / MicroKernelTable<T>.Columns;
        Length = (nint)depth * paddedColumns;
    }

    /// <summary>Elements of the packed B.</summary>
    public nint Length { get; }

    /// <summary>Packs rows of B.</summary>
    /// <param name="b">Element (p, j) is at b[p * bStep + j * bColumn]; one of the two is 1.</param>
    /// <param name="bColumn">Elements from one column to the next.</param>
    /// <param name="bStep">Elements from one row to the next.</param>
    /// <param name="first">The place of the first row in B.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="packed">Receives them; <see cref="Length"/> elements.</param>
    public void Pack(T* b, nint bColumn, nint bStep, int first, int rows, T* packed)
    {
        for (int panel = 0; panel < _panels; panel++)
        {
            (int start, int width) = Panel(panel);
            int columns = Math.Clamp(_columns - start, 0, width);
            GemmPacking.Pack(b + (start * bColumn), bColumn, bStep, rows, columns, packed + ((nint)start * _depth) + (first * width), width);
        }
    }

    /// <summary>c = (add ? c : 0) + a·B.</summary>
    /// <param name="m">Rows of a and c.</param>
    /// <param name="a">Element (i, p) is at a[i * aRow + p].</param>
    /// <param name="aRow">Elements from one row of a to the next.</param>
    /// <param name="packed">B, packed.</param>
    /// <param name="c">Element (i, j) is at c[i * cRow + j]; it must not overlap a.</param>
    /// <param name="cRow">Elements from one row of c to the next.</param>
    /// <param name="add">Whether c is added to or overwritten.</param>
    public void Run(int m, T* a, nint aRow, T* packed, T* c, nint cRow, bool add)
    {
        int tiles = (m + MicroKernelTable<T>.Rows - 1) / MicroKernelTable<T>.Rows;
        for (int panel = 0; panel < _panels; panel++)
        {
            (int start, int width) = Panel(panel);
            T* b = packed + ((nint)start * _depth);
            for (int tile = 0; tile < tiles; tile++)
            {
                int i = (int)((long)tile * m / tiles);
                int rows = (int)((tile + 1L) * m / tiles) - i;
                MicroKernelTable<T>.Get(rows, width / MicroKernelTable<T>.Width, pack: false)(
                    _depth, a + (i * aRow), aRow, 1, b, width, null, c + (i * cRow) + start, cRow, add);
            }
        }
    }

    private (int Start, int Width) Panel(int panel)
    {
        int first = (int)((long)panel * _vectors / _panels);
        int end = (int)((panel + 1L) * _vectors / _panels);
        return (first * MicroKernelTable<T>.Width, (end - first) * MicroKernelTable<T>.Width);
    }
}
