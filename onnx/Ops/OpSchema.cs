using System.Collections.Immutable;

namespace Anneal.Onnx.Ops;

/// <summary>The formal side of an op: what a node of it must look like.</summary>
/// <param name="Since">The op version of the standard that is implemented: the one in force at opset 18.</param>
/// <param name="Inputs">The formal inputs.</param>
/// <param name="Outputs">The formal outputs.</param>
/// <param name="Attributes">The formal attributes.</param>
/// <param name="Types">The element types of each type variable.</param>
public sealed record OpSchema(
    int Since,
    ImmutableArray<Parameter> Inputs,
    ImmutableArray<Parameter> Outputs,
    ImmutableArray<AttributeSchema> Attributes,
    ImmutableArray<(string Variable, TypeSet Types)> Types)
{
    /// <summary>The last opset at which the op still means the same; later ones are refused.</summary>
    public int Until { get; init; } = 21;

    /// <summary>The first opset from which a node of this op means the same as at <see cref="Since"/>.</summary>
    public int From { get; init; } = Since;

    /// <summary>The element types of a type variable.</summary>
    /// <param name="variable">The variable's name.</param>
    /// <returns>The set.</returns>
    public TypeSet TypesOf(string variable) => Types.First(t => t.Variable == variable).Types;

    /// <summary>Whether a graph may hold a type where a variable stands, though no kernel here takes it: float16 or bfloat16 in the place of float.</summary>
    /// <param name="variable">The variable's name.</param>
    /// <param name="type">The element type.</param>
    /// <returns>True where another runtime may have the kernel.</returns>
    public bool IsHalfOf(string variable, Tensors.DType type) => type is Tensors.DType.Float16 or Tensors.DType.BFloat16 && TypesOf(variable).Contains(Tensors.DType.Float);
}
