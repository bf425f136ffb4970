using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Loop;

/// <summary>A moment of a run: where it stands, its parameters and its optimizer state.</summary>
/// <param name="State">Where the run stands.</param>
/// <param name="Tensors">Parameters and optimizer state by name.</param>
public sealed record Checkpoint(LoopState State, IReadOnlyDictionary<string, Tensor> Tensors);
