using System.Text.Json.Serialization;

namespace Anneal.Serving.Validation;

/// <summary>A row that the trainer and ONNX Runtime decide differently.</summary>
/// <param name="Row">The row, from 0.</param>
/// <param name="Batch">The batch size at which it was seen first.</param>
/// <param name="Expected">The trainer's class index; 0 or 1 of a label.</param>
/// <param name="Actual">ONNX Runtime's class index; 0 or 1 of a label.</param>
/// <param name="Margin">The trainer's probability of its class less that of ONNX Runtime's class; of two classes or a label the distance of its probability from the threshold.</param>
public sealed record FlipRow(int Row, int Batch, long Expected, long Actual, double Margin)
{
    /// <summary>The label that is decided differently, from 0; null where rows have a class each.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Label { get; init; }
}
