namespace Anneal.Serving.Validation;

/// <summary>A row that the trainer and ONNX Runtime decide differently.</summary>
/// <param name="Row">The row, from 0.</param>
/// <param name="Batch">The batch size at which it was seen first.</param>
/// <param name="Expected">The trainer's class index.</param>
/// <param name="Actual">ONNX Runtime's class index.</param>
/// <param name="Margin">The trainer's probability of its class less that of ONNX Runtime's class.</param>
public sealed record FlipRow(int Row, int Batch, long Expected, long Actual, double Margin);
