using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>Writes a model's answers, batch after batch.</summary>
internal interface IPredictionWriter
{
    /// <summary>Writes the answers of some rows.</summary>
    /// <param name="outputs">A tensor per output of the model, in order.</param>
    /// <param name="rows">The number of rows.</param>
    void Write(Tensor[] outputs, int rows);

    /// <summary>Completes the file after the last row.</summary>
    void Finish();
}
