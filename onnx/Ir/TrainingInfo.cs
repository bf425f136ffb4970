using System.Collections.Immutable;

namespace Anneal.Onnx.Ir;

/// <summary>ONNX's standard description of a training step.</summary>
/// <param name="Initialization">Computes the first values of the state, or null.</param>
/// <param name="InitializationBindings">Initializer name → the initialization output that fills it.</param>
/// <param name="Algorithm">One training step.</param>
/// <param name="UpdateBindings">Initializer name → the algorithm output that replaces it after a step.</param>
public sealed record TrainingInfo(
    Graph? Initialization,
    ImmutableSortedDictionary<string, string> InitializationBindings,
    Graph Algorithm,
    ImmutableSortedDictionary<string, string> UpdateBindings);
