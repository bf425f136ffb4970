using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Probing;

/// <summary>A small node by which a kernel is probed.</summary>
/// <param name="Op">The standard op.</param>
/// <param name="Inputs">Shapes and kinds of the inputs; null for one that is left out.</param>
/// <param name="Attributes">The attributes.</param>
/// <param name="Outputs">The number of outputs.</param>
/// <param name="Types">The types that the inputs of the probed type are tried with.</param>
internal sealed record KernelCase(string Op, KernelCase.Input?[] Inputs, Attributes Attributes, int Outputs, DType[] Types)
{
    /// <summary>The op's domain.</summary>
    public string Domain { get; init; } = "";

    /// <summary>An input.</summary>
    /// <param name="Type">The type; null for the one that is probed.</param>
    /// <param name="Shape">The shape.</param>
    /// <param name="Values">The constant that it is; null where it is given in the run.</param>
    internal sealed record Input(DType? Type, int[] Shape, long[]? Values);
}
