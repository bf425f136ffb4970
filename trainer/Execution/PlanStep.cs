using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Trainer.Execution;

/// <summary>One node of a plan.</summary>
/// <param name="Node">The node.</param>
/// <param name="Kernel">Its work.</param>
/// <param name="Inputs">The operands that it reads.</param>
/// <param name="Outputs">The operands that it writes.</param>
/// <param name="InPlace">Whether an output is written over an input.</param>
public sealed record PlanStep(Node Node, Kernel Kernel, IReadOnlyList<Slot> Inputs, IReadOnlyList<Slot> Outputs, bool InPlace)
{
    /// <summary>The bytes that the node reads and writes.</summary>
    public long Bytes => Inputs.Sum(s => s.ByteLength) + Outputs.Sum(s => s.ByteLength);
}
