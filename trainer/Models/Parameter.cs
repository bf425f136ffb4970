using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models;

/// <summary>A tensor of a model that training changes.</summary>
/// <param name="Name">Its name in the graph and in files, such as <c>dense1.weight</c>.</param>
/// <param name="Initial">Its value before training.</param>
/// <param name="Decays">Whether weight decay applies to it: weights do, biases do not.</param>
/// <param name="IsTrained">Whether the optimizer updates it; if not, the model itself says what replaces it, as it does for running averages.</param>
public sealed record Parameter(string Name, Tensor Initial, bool Decays, bool IsTrained = true)
{
    /// <summary>The axes that one unit sums over: a dense weight's inputs, a filter's channels and window.</summary>
    public IReadOnlyList<long> SummedAxes { get; init; } = Initial.Shape.Length switch
    {
        <= 2 => [0],
        3 => [2],
        int rank => [.. Enumerable.Range(1, rank - 1).Select(i => (long)i)],
    };
}
