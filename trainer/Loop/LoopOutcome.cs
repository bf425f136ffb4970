using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Loop;

/// <summary>How a run ended.</summary>
/// <param name="Interrupted">Whether it was interrupted with its state saved.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Parameters">The resulting parameters: the best epoch's with early stopping, else the last.</param>
/// <param name="TrainSeconds">Time spent in this call, in seconds.</param>
public sealed record LoopOutcome(bool Interrupted, LoopState State, IReadOnlyDictionary<string, Tensor> Parameters, double TrainSeconds);
