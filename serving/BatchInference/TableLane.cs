using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Turns the cells of rows into feeds: the one way in which all tables do.</summary>
/// <param name="layout">Which cell goes where.</param>
internal sealed class TableLane(TableLayout layout)
{
    private readonly FeedInput[] _inputs = layout.Allocate();

    /// <summary>The cells of the row at hand, for the caller to fill.</summary>
    public Cell[] Cells { get; } = new Cell[layout.CellCount];

    /// <summary>Makes room for rows.</summary>
    public void Reserve(int rows)
    {
        foreach (FeedInput input in _inputs)
        {
            input.Reserve(rows);
        }
    }

    /// <summary>Sets a row from the cells.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="text">The memory that the cells point into.</param>
    /// <param name="column">The column with a wrong value.</param>
    /// <returns>Null; or what is wrong with the first wrong value.</returns>
    public string? Set(int row, byte[] text, out TableColumn? column)
    {
        foreach (TableColumn current in layout.Columns)
        {
            column = current;
            foreach ((int input, int element) in current.Places)
            {
                for (int i = 0; i < current.Width; i++)
                {
                    if (_inputs[input].Set(row, element + i, Cells[current.Offset + i], text) is { } wrong)
                    {
                        return wrong;
                    }
                }
            }
        }

        column = null;
        return null;
    }

    /// <summary>What is wrong with the values of a column in the row at hand; null where nothing is, or a value is missing.</summary>
    public string? Try(TableColumn column, byte[] text)
    {
        Reserve(1);
        for (int i = 0; i < column.Width; i++)
        {
            Cell cell = Cells[column.Offset + i];
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
}
