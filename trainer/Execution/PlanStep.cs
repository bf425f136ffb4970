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
    /// <summary>The bytes of all that the node reads.</summary>
    public long ReadBytes => Inputs.Sum(s => s.ByteLength);

    /// <summary>The bytes of all that the node writes.</summary>
    public long WrittenBytes => Outputs.Sum(s => s.ByteLength);
}
