namespace Anneal.Onnx.Kernels;

/// <summary>Products of matrices that stay in the first cache: register blocks over operands as they lie, on the calling thread.</summary>
internal static unsafe class SmallProduct<T>
    where T : unmanaged
{
    /// <summary>c[i, j] = Σ a[i, p] · b[p, j].</summary>
    /// <param name="m">Rows of c.</param>
    /// <param name="vectors">Columns of c in vectors of <see cref="MicroKernelTable{T}.Width"/>.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="a">Element (i, p) is at a[i * aRow + p * aStep].</param>
    /// <param name="aRow">Elements from one row of a to the next.</param>
    /// <param name="aStep">Elements from one column of a to the next.</param>
    /// <param name="b">Element (p, j) is at b[p * bRow + j].</param>
    /// <param name="bRow">Elements from one row of b to the next.</param>
    /// <param name="c">Element (i, j) is at c[i * cRow + j]; it must not overlap an operand.</param>
    /// <param name="cRow">Elements from one row of c to the next.</param>
    public static void Run(int m, int vectors, int k, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow)
    {
        int tiles = (m + MicroKernelTable<T>.Rows - 1) / MicroKernelTable<T>.Rows;
        int panels = (vectors + MicroKernelTable<T>.Columns - 1) / MicroKernelTable<T>.Columns;
        for (int panel = 0; panel < panels; panel++)
        {
            int first = panel * vectors / panels;
            int width = ((panel + 1) * vectors / panels) - first;
            nint j = (nint)first * MicroKernelTable<T>.Width;
            for (int tile = 0; tile < tiles; tile++)
            {
                int i = (int)((long)tile * m / tiles);
                int rows = (int)((tile + 1L) * m / tiles) - i;
                MicroKernelTable<T>.Get(rows, width, pack: false)(k, a + (i * aRow), aRow, aStep, b + j, bRow, null, c + (i * cRow) + j, cRow, false);
            }
        }
    }
}
