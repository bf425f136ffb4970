using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>A place of a source in which some rows at a time become feeds.</summary>
internal interface IRowLane : IDisposable
{
    /// <summary>Takes the next rows off the file as they are. Of all lanes of a source, one at a time does so.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>How many; 0 after the last row.</returns>
    /// <exception cref="AnnealException">The file is damaged in a way that hides where the next row is.</exception>
    int Take(int count);

    /// <summary>Makes feeds of the rows taken last; lanes may do so beside each other.</summary>
    /// <param name="rejects">Receives the rows that cannot be read, which are left out; null where such a row is an error.</param>
    /// <returns>A tensor per input of the model, in order, valid until the next call.</returns>
    /// <exception cref="AnnealException">A row cannot be read: the error names file and line.</exception>
    Tensor[] Parse(List<RejectedRow>? rejects);

    /// <summary>The keys of the rows in the feeds, [rows] strings; null where the source has none.</summary>
    Tensor? Keys => null;
}
