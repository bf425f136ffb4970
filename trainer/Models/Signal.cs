using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

/// <summary>A layer's output in the training step, with its gradient: what monitors look at.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Activation">The function that the layer ends with.</param>
/// <param name="Output">The layer's output.</param>
/// <param name="Gradient">The loss's gradient with respect to it, of its type and shape; null where the optimizer needs none.</param>
public sealed record Signal(string Layer, Activation Activation, ValueInfo Output, ValueInfo? Gradient);
