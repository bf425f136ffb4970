using Anneal.Onnx.Tensors;

namespace Anneal.Onnx;

/// <summary>An input that a session keeps between runs.</summary>
/// <param name="Input">The input's name.</param>
/// <param name="Output">The output that replaces it after each run; empty when it only changes by <see cref="IGraphSession.WriteState"/>.</param>
/// <param name="Initial">Its first value, which is copied.</param>
public sealed record StateBinding(string Input, string Output, Tensor Initial);
