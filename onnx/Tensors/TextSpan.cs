namespace Anneal.Onnx.Tensors;

/// <summary>Where an element of a tensor of strings lies in its text.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="Length">The number of bytes of UTF-8.</param>
public readonly record struct TextSpan(int Start, int Length);
