using System.Collections.Immutable;

namespace Anneal.Onnx.Ir;

/// <summary>An application of an op.</summary>
/// <param name="Name">The node's name, unique in its graph.</param>
/// <param name="Domain">The op's domain; empty for ONNX's own.</param>
/// <param name="OpType">The op's name.</param>
/// <param name="Inputs">Value names; empty for an optional input left out.</param>
/// <param name="Outputs">Value names; empty for an optional output left out.</param>
/// <param name="Attributes">The attributes.</param>
/// <param name="Origin">Where the node comes from.</param>
public sealed record Node(
    string Name,
    string Domain,
    string OpType,
    ImmutableArray<string> Inputs,
    ImmutableArray<string> Outputs,
    Attributes Attributes,
    Origin Origin)
{
    /// <summary>Whether an input is given.</summary>
    /// <param name="index">The input's index.</param>
    /// <returns>False when it is past the end or left out.</returns>
    public bool HasInput(int index) => index < Inputs.Length && Inputs[index].Length > 0;

    /// <summary>Whether an output is wanted.</summary>
    /// <param name="index">The output's index.</param>
    /// <returns>False when it is past the end or left out.</returns>
    public bool HasOutput(int index) => index < Outputs.Length && Outputs[index].Length > 0;
}
