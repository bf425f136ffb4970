using Anneal.Onnx.Tensors;

namespace Anneal.Serving.BatchInference;

/// <summary>A value of a row before it is read as what the model takes.</summary>
/// <param name="Kind">What the file says it is.</param>
/// <param name="Text">Where its text lies in the lane's memory.</param>
internal readonly record struct Cell(CellKind Kind, TextSpan Text);
