using Anneal.Onnx.Formats;

namespace Anneal.Serving.BatchInference;

/// <summary>Finds the values of a record of a text file.</summary>
internal interface IRecordParser
{
    /// <summary>Reads a record.</summary>
    /// <param name="block">The block with its text, in which the cells then lie.</param>
    /// <param name="record">The record, from 0.</param>
    /// <param name="cells">Receives the values that the model reads.</param>
    /// <returns>Null; or an error that names file and line.</returns>
    AnnealException? Parse(TextBlock block, int record, Span<Cell> cells);

    /// <summary>A column as errors name it.</summary>
    string Name(TableColumn column);

    /// <summary>An error about a value.</summary>
    AnnealException Error(long line, TableColumn column, string text);
}
