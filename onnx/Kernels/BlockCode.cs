using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;

namespace Anneal.Onnx.Kernels;

/// <summary>A program compiled for blocks of one size.</summary>
internal sealed unsafe class BlockCode
{
    private readonly List<(Slot Slot, nint Offset)> _registers = [];

    /// <summary>Compiles the nodes.</summary>
    /// <param name="owner">The node that stands for them.</param>
    /// <param name="nodes">The nodes in order; the last one computes the owner's output.</param>
    /// <param name="types">The types of the values between them.</param>
    /// <param name="registers">Where these values are kept.</param>
    /// <param name="stride">Bytes from one register to the next.</param>
    /// <param name="block">Makes the operand of an input's part, or of the output's, which comes after them.</param>
    public BlockCode(
        Node owner, ImmutableArray<Node> nodes, IReadOnlyDictionary<string, TensorType> types, RegisterUse registers, int stride, Func<int, Slot> block)
    {
        Operands = [.. Enumerable.Range(0, owner.Inputs.Length + 1).Select(block)];
        Slot output = Operands[^1];
        var slots = new Dictionary<string, Slot>(StringComparer.Ordinal);
        for (int i = 0; i < owner.Inputs.Length; i++)
        {
            slots[owner.Inputs[i]] = Operands[i];
        }

        var kernels = new List<Kernel>();
        foreach (Node node in nodes)
        {
            bool isResult = node == nodes[^1] && !registers.CopiesResult;
            var slot = isResult ? output : new Slot(types[node.Outputs[0]].Type, output.Shape);
            if (!isResult)
            {
                _registers.Add((slot, (nint)registers[node.Outputs[0]] * stride));
            }

            slots[node.Outputs[0]] = slot;
            var spec = new KernelSpec(node, [.. node.Inputs.Select(n => n.Length > 0 ? slots[n] : null)], [slot], []);
            kernels.Add(OpTable.Get(node).Compile(spec));
            if (spec.ScratchSlots.Count > 0)
            {
                throw new InvalidOperationException($"{node.OpType} asks for memory, which nothing that works element by element may");
            }
        }

        if (registers.CopiesResult)
        {
            Slot result = slots[nodes[^1].Outputs[0]];
            kernels.Add(_ => Buffer.MemoryCopy(result.Pointer, output.Pointer, output.ByteLength, output.ByteLength));
        }

        Kernels = [.. kernels];
    }

    /// <summary>The parts of the inputs, then that of the output: whoever runs a block sets their addresses.</summary>
    public Slot[] Operands { get; }

    /// <summary>The work on a block, in order.</summary>
    public Kernel[] Kernels { get; }

    /// <summary>Gives the values between the nodes their addresses.</summary>
    public void Place(byte* memory)
    {
        foreach ((Slot slot, nint offset) in _registers)
        {
            slot.Pointer = memory + offset;
        }
    }
}
