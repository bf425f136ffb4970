using System.Collections.Immutable;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir;

/// <summary>An immutable dataflow graph in static single assignment form: every value is written once, nodes stand in execution order.</summary>
/// <param name="Name">The graph's name.</param>
/// <param name="Inputs">The inputs that a caller gives.</param>
/// <param name="Outputs">The values that a caller gets.</param>
/// <param name="Initializers">Constants by value name.</param>
/// <param name="Nodes">The nodes in an order in which every input is there before it is read.</param>
/// <param name="Values">Types known of inner values.</param>
public sealed record Graph(
    string Name,
    ImmutableArray<ValueInfo> Inputs,
    ImmutableArray<ValueInfo> Outputs,
    ImmutableSortedDictionary<string, Tensor> Initializers,
    ImmutableArray<Node> Nodes,
    ImmutableSortedDictionary<string, TensorType> Values)
{
    /// <summary>No initializers.</summary>
    public static ImmutableSortedDictionary<string, Tensor> NoInitializers { get; } =
        ImmutableSortedDictionary.Create<string, Tensor>(StringComparer.Ordinal);

    /// <summary>No inner value types.</summary>
    public static ImmutableSortedDictionary<string, TensorType> NoValues { get; } =
        ImmutableSortedDictionary.Create<string, TensorType>(StringComparer.Ordinal);
}
