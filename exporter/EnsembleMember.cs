using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Exporter;

/// <summary>A model of an ensemble.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Inference">Raw inputs, and parameters where they are inputs, to the model's answers.</param>
/// <param name="Parameters">The value of each parameter input; empty where the graph holds them.</param>
public sealed record EnsembleMember(string Name, Graph Inference, IReadOnlyDictionary<string, Tensor> Parameters)
{
    /// <summary>How much its answers count, relative to the others', at least 0.</summary>
    public double Weight { get; init; } = 1;
}
