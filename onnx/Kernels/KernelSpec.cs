using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Kernels;

/// <summary>A node with its operands, all of known shape: what an op makes its kernel from.</summary>
public sealed class KernelSpec
{
    private readonly Slot?[] _inputs;
    private readonly Slot?[] _outputs;
    private readonly Tensor?[] _constants;
    private readonly List<Slot> _scratch = [];

    /// <summary>Creates the specification of one node's kernel.</summary>
    /// <param name="node">The node.</param>
    /// <param name="inputs">The operand of each input; null where it is left out.</param>
    /// <param name="outputs">The operand of each output; null where it is not wanted.</param>
    /// <param name="constants">The value of each input that never changes; null elsewhere.</param>
    public KernelSpec(Node node, Slot?[] inputs, Slot?[] outputs, Tensor?[] constants)
    {
        Node = node;
        _inputs = inputs;
        _outputs = outputs;
        _constants = constants;
    }

    /// <summary>The node.</summary>
    public Node Node { get; }

    /// <summary>The node's attributes.</summary>
    public Attributes Attributes => Node.Attributes;

    /// <summary>The number of inputs.</summary>
    public int InputCount => _inputs.Length;

    /// <summary>The number of outputs.</summary>
    public int OutputCount => _outputs.Length;

    /// <summary>The scratch memory that the kernel asked for; the plan gives each an address, shared between nodes.</summary>
    public IReadOnlyList<Slot> ScratchSlots => _scratch;

    /// <summary>Whether an input is given.</summary>
    /// <param name="index">The input's index.</param>
    /// <returns>False when it is past the end or left out.</returns>
    public bool HasIn(int index) => index < _inputs.Length && _inputs[index] is not null;

    /// <summary>Whether an output is wanted.</summary>
    /// <param name="index">The output's index.</param>
    /// <returns>False when it is past the end or left out.</returns>
    public bool HasOut(int index) => index < _outputs.Length && _outputs[index] is not null;

    /// <summary>An input's operand.</summary>
    /// <param name="index">The input's index.</param>
    /// <returns>The operand.</returns>
    public Slot In(int index) => HasIn(index) ? _inputs[index]! : throw AnnealException.BadData($"input {index} is missing").In(Node);

    /// <summary>An output's operand.</summary>
    /// <param name="index">The output's index.</param>
    /// <returns>The operand.</returns>
    public Slot Out(int index = 0) => HasOut(index) ? _outputs[index]! : throw AnnealException.BadData($"output {index} is missing").In(Node);

    /// <summary>The value of an input that never changes, or null.</summary>
    /// <param name="index">The input's index.</param>
    /// <returns>The value.</returns>
    public Tensor? Constant(int index) => index < _constants.Length ? _constants[index] : null;

    /// <summary>Asks for memory that lives only while this kernel runs.</summary>
    /// <param name="bytes">The size, in bytes.</param>
    /// <returns>An operand whose address is set before each run, 64-byte aligned.</returns>
    public Slot Scratch(long bytes)
    {
        var slot = new Slot(DType.UInt8, [checked((int)bytes)]);
        _scratch.Add(slot);
        return slot;
    }

    /// <summary>An error that says this op's kernel does not take an operand's type.</summary>
    /// <param name="index">The input's index.</param>
    /// <returns>The error.</returns>
    public AnnealException Unsupported(int index) =>
        AnnealException.NotSupported($"no kernel for element type {In(index).Type.Name()} of input {index}", [Node.OpType]).In(Node);
}
