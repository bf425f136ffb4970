using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Formats;

/// <summary>What the header of an array file says.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The sizes of the dimensions, not yet checked against the file's size.</param>
public sealed record ArrayHeader(DType Type, IReadOnlyList<long> Shape);
