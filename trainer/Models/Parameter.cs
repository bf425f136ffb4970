using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models;

/// <summary>A trained tensor of a model.</summary>
/// <param name="Name">Its name in the graph and in files, such as <c>dense1.weight</c>.</param>
/// <param name="Initial">Its value before training.</param>
/// <param name="Decays">Whether weight decay applies to it: weights do, biases do not.</param>
public sealed record Parameter(string Name, Tensor Initial, bool Decays);
