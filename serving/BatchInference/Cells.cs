namespace Anneal.Serving.BatchInference;

/// <summary>Cells at even distances: of a column, or side by side in a row.</summary>
/// <param name="cells">The first of them and all up to the last.</param>
/// <param name="step">From one to the next.</param>
/// <param name="text">The memory in which their texts lie.</param>
internal readonly ref struct Cells(ReadOnlySpan<Cell> cells, int step, byte[] text)
{
    private readonly ReadOnlySpan<Cell> _cells = cells;

    /// <summary>The number of cells.</summary>
    public int Count { get; } = (cells.Length + step - 1) / step;

    /// <summary>The memory in which their texts lie.</summary>
    public byte[] Text { get; } = text;

    /// <summary>A cell.</summary>
    /// <param name="index">Which, from 0.</param>
    public Cell this[int index] => _cells[index * step];
}
