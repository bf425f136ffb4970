using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Reads the rows of a file as a model's feeds.</summary>
internal interface IRowSource : IDisposable
{
    /// <summary>The number of rows in the file; null when it is not known ahead of reading.</summary>
    long? Rows { get; }

    /// <summary>The part of the file that has been read, from 0 to 1.</summary>
    double Fraction { get; }

    /// <summary>Columns of the file that the model does not read, other than the target.</summary>
    IReadOnlyList<string> Ignored { get; }

    /// <summary>The name of the column that tells rows apart in what is written; null where their order does.</summary>
    string? KeyName => null;

    /// <summary>Opens one of several places in which rows are worked on beside each other.</summary>
    /// <returns>The place, which keeps the memory of its rows.</returns>
    IRowLane OpenLane();

    /// <summary>Passes over rows.</summary>
    /// <param name="count">How many.</param>
    /// <exception cref="AnnealException">There are fewer.</exception>
    void Skip(long count);

    /// <summary>Reads the next rows.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>A tensor per input of the model, in order; null after the last row.</returns>
    /// <exception cref="AnnealException">A row cannot be read: the error names file and line.</exception>
    Tensor[]? Read(int count)
    {
        using IRowLane lane = OpenLane();
        return lane.Take(count) > 0 ? [.. lane.Parse(null).Select(f => f.Clone())] : null;
    }
}
