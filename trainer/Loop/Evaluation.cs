using Anneal.Onnx.Metrics;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Loop;

/// <summary>What a model answers on a set of rows.</summary>
/// <param name="Metrics">The metrics.</param>
/// <param name="Outputs">The deployable's outputs by name, rows first, in the order of the rows.</param>
/// <param name="Answers">The outputs with the truth: confusion, figures by class, calibration, curves.</param>
public sealed record Evaluation(Metrics Metrics, IReadOnlyDictionary<string, Tensor> Outputs, Answers Answers);
