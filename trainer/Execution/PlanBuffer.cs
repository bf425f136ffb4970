using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Execution;

/// <summary>Memory that one or more values of a plan share.</summary>
internal sealed class PlanBuffer(PlanBufferKind kind, long bytes, int first)
{
    public PlanBufferKind Kind { get; } = kind;

    public long Bytes { get; } = bytes;

    /// <summary>The step that writes it first.</summary>
    public int First { get; } = first;

    /// <summary>The last step that reads or writes it.</summary>
    public int Last { get; set; } = first;

    public long Offset { get; set; }

    public List<string> Values { get; } = [];

    public List<Slot> Slots { get; } = [];

    /// <summary>The memory of a constant or a state.</summary>
    public Tensor? Tensor { get; init; }
}
