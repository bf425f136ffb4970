using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Turns the cells of rows into feeds, some rows at a time and column by column: the one way in which all text tables do.</summary>
/// <param name="layout">Which cell goes where.</param>
internal sealed class TableLane(TableLayout layout)
{
    // What the first cache holds beside the text that is read and the feeds that are written.
    private const int MostCells = 1 << 11;
    private readonly FeedInput[] _inputs = layout.Allocate();
    private readonly Cell[] _cells = new Cell[CapacityOf(layout) * layout.CellCount];

    /// <summary>The number of rows whose cells there is room for.</summary>
    public int Capacity { get; } = CapacityOf(layout);

    /// <summary>The cells of a row, for the caller to fill.</summary>
    /// <param name="row">The row among those to be set next.</param>
    public Span<Cell> Row(int row) => _cells.AsSpan(row * layout.CellCount, layout.CellCount);

    /// <summary>Makes room for rows in the feeds.</summary>
    public void Reserve(int rows)
    {
        foreach (FeedInput input in _inputs)
        {
            input.Reserve(rows);
        }
    }

    /// <summary>Sets rows from their cells and leaves out those with a value that an input does not take.</summary>
    /// <param name="first">The first row in the feeds, from 0.</param>
    /// <param name="count">The number of rows with cells.</param>
    /// <param name="text">The memory that the cells point into.</param>
    /// <param name="wrong">Receives the first wrong value, in the columns' order, of each row left out, in the rows' order.</param>
    /// <returns>The number of rows set.</returns>
    public int Set(int first, int count, byte[] text, List<WrongValue> wrong)
    {
        wrong.Clear();
        foreach (TableColumn column in layout.Columns)
        {
            foreach ((int input, int element) in column.Places)
            {
                Set(_inputs[input], (first * _inputs[input].Width) + element, column, count, text, wrong);
            }
        }

        if (wrong.Count == 0)
        {
            return count;
        }

        WrongValue[] firsts = [.. wrong.DistinctBy(w => w.Row).OrderBy(w => w.Row)];
        int kept = Close([.. firsts.Select(w => w.Row)], count);
        Set(first, kept, text, wrong);
        wrong.AddRange(firsts);
        return kept;
    }

    /// <summary>What is wrong with the values of a column in the first row of cells; null where nothing is, or a value is missing.</summary>
    public string? Try(TableColumn column, byte[] text)
    {
        Reserve(1);
        for (int i = 0; i < column.Width; i++)
        {
            Cell cell = _cells[column.Offset + i];
            foreach ((int input, int element) in column.Places)
            {
                if (cell.Kind != CellKind.Missing && _inputs[input].Set(0, element + i, cell, text) is { } wrong)
                {
                    return wrong;
                }
            }
        }

        return null;
    }

    /// <summary>The feeds of the first rows set.</summary>
    public Tensor[] Take(int rows, byte[] text) => [.. _inputs.Select(i => i.Take(rows, text))];

    private static int CapacityOf(TableLayout layout) => Math.Max(1, MostCells / Math.Max(1, layout.CellCount));

    private void Set(FeedInput input, int start, TableColumn column, int count, byte[] text, List<WrongValue> wrong)
    {
        bool isList = column.Width > 1;
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<Cell> from = _cells.AsSpan((row * layout.CellCount) + column.Offset);
            Cells cells = isList
                ? new Cells(from[..column.Width], 1, text)
                : new Cells(from[..(((count - row - 1) * layout.CellCount) + 1)], layout.CellCount, text);
            int done = input.Set(start + (row * input.Width), isList ? 1 : input.Width, cells, out string? reason);
            row += isList ? 0 : done;
            if (reason is not null)
            {
                wrong.Add(new WrongValue(row, column, reason));
            }
        }
    }

    // Moves the cells of rows up into the place of those left out.
    private int Close(int[] leftOut, int count)
    {
        int kept = 0;
        for (int row = 0; row < count; row++)
        {
            if (Array.BinarySearch(leftOut, row) < 0)
            {
                Row(row).CopyTo(Row(kept++));
            }
        }

        return kept;
    }
}
