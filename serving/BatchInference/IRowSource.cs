using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Reads the rows of a file as a model's feeds.</summary>
internal interface IRowSource : IDisposable
{
    /// <summary>The number of rows in the file; null when it is not known ahead of reading.</summary>
    long? Rows { get; }

    /// <summary>Columns of the file that the model does not read, other than the target.</summary>
    IReadOnlyList<string> Ignored { get; }

    /// <summary>Reads the next rows.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>A tensor per input of the model, in order; null after the last row.</returns>
    /// <exception cref="AnnealException">A row cannot be read: the error names file and line.</exception>
    Tensor[]? Read(int count);
}
