namespace Anneal.Onnx.Kernels;

/// <summary>What is done to each finished tile of a product while it is still in the cache.</summary>
/// <typeparam name="T">Element type, float or double.</typeparam>
public unsafe interface IGemmEpilogue<T>
    where T : unmanaged
{
    /// <summary>Whether <see cref="Tile"/> would change nothing and need not be called.</summary>
    bool IsIdentity { get; }

    /// <summary>Transforms one tile in place, or consumes it.</summary>
    /// <param name="tile">Sums of rows [row, row + rows) and columns [column, column + columns) of the product.</param>
    /// <param name="tileStride">Elements from one row of the tile to the next.</param>
    /// <param name="row">First row of the tile in the product.</param>
    /// <param name="column">First column of the tile in the product.</param>
    /// <param name="rows">Rows in the tile, at least 1.</param>
    /// <param name="columns">Columns in the tile, at least 1.</param>
    /// <remarks>Tiles come in any order and on any thread; each element is in exactly one of them.</remarks>
    void Tile(T* tile, nint tileStride, int row, int column, int rows, int columns);
}
