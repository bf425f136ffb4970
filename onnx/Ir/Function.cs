using System.Collections.Immutable;

namespace Anneal.Onnx.Ir;

/// <summary>A model-local function: an op of our own with a body of standard ops.</summary>
/// <param name="Domain">The function's domain.</param>
/// <param name="Name">The op name under which nodes call it.</param>
/// <param name="Inputs">Parameter names; a call may leave trailing ones out.</param>
/// <param name="Outputs">Result names.</param>
/// <param name="Attributes">Names of attributes that a call must give.</param>
/// <param name="Nodes">The body.</param>
/// <param name="Opsets">The opset of each domain that the body uses.</param>
public sealed record Function(
    string Domain,
    string Name,
    ImmutableArray<string> Inputs,
    ImmutableArray<string> Outputs,
    ImmutableArray<string> Attributes,
    ImmutableArray<Node> Nodes,
    ImmutableSortedDictionary<string, long> Opsets)
{
    /// <summary>Attributes that a call may leave out, with the values they then have.</summary>
    public Attributes Defaults { get; init; } = Ir.Attributes.None;
}
