using System.Buffers;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Writes a model's answers, batch after batch, into a stream that can be cut off after a batch and gone on with.</summary>
internal interface IPredictionWriter : IDisposable
{
    /// <summary>Whether the stream may be cut off behind what has been appended, and gone on with by another writer.</summary>
    bool IsAtBoundary { get; }

    /// <summary>Puts the answers of some rows down as bytes, as far as that goes without those before; any number of threads may.</summary>
    /// <param name="outputs">A tensor per output, in order.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="into">Receives the bytes.</param>
    void Encode(ReadOnlySpan<Tensor> outputs, int rows, ArrayBufferWriter<byte> into);

    /// <summary>Appends the answers of some rows.</summary>
    /// <param name="encoded">Their bytes from <see cref="Encode"/>.</param>
    /// <param name="outputs">A tensor per output, in order.</param>
    /// <param name="rows">The number of rows.</param>
    void Append(ReadOnlySpan<byte> encoded, ReadOnlySpan<Tensor> outputs, int rows);

    /// <summary>Leaves the stream so that it can be cut off here; only at a boundary.</summary>
    void Commit();

    /// <summary>Completes the file after the last row.</summary>
    void Finish();
}
