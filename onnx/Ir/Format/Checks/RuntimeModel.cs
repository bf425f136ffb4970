using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir.Format;

/// <summary>A checked model for a runtime that reads ONNX files.</summary>
/// <param name="Bytes">A serialized <c>ModelProto</c> that names no file.</param>
/// <param name="Initializers">The values of the main graph's initializers whose data is not in the bytes, by name.</param>
public sealed record RuntimeModel(byte[] Bytes, IReadOnlyDictionary<string, Tensor> Initializers);
