using Anneal.Onnx.Tensors;

namespace Anneal.Pipeline.Stages;

/// <summary>Weights that compete for export.</summary>
/// <param name="Name">The name in the table.</param>
/// <param name="Epochs">The epochs that they were trained for.</param>
/// <param name="Parameters">The parameters by name.</param>
internal sealed record Candidate(string Name, int Epochs, IReadOnlyDictionary<string, Tensor> Parameters);
