using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Kernels;

/// <summary>Nodes that work element by element, run one after the other on each block of their output: what passes between them stays in the cache.</summary>
/// <remarks>Every node runs the kernel that its op compiles, so the bits are those of the nodes run one by one. Blocks are shared out by shape alone.</remarks>
internal sealed unsafe class BlockProgram
{
    private const int BlockLength = 2048;
    private const int MaxParts = 32;
    private const int Alignment = 64;
    private static readonly Team s_alone = new(1);

    private readonly Slot[] _inputs;
    private readonly Slot _output;
    private readonly BlockLayout _layout;
    private readonly (BlockCode Inner, BlockCode Last)[] _parts;
    private readonly Action<int> _body;

    /// <summary>Compiles the nodes for a node that stands for them.</summary>
    /// <param name="spec">That node.</param>
    /// <param name="nodes">The nodes in order; the last one computes the output.</param>
    /// <param name="types">The types of the values between them.</param>
    public BlockProgram(KernelSpec spec, ImmutableArray<Node> nodes, IReadOnlyDictionary<string, TensorType> types)
    {
        _inputs = [.. Enumerable.Range(0, spec.InputCount).Select(spec.In)];
        _output = spec.Out();
        int[][] shapes = [.. _inputs.Select(s => s.Shape.ToArray())];
        var registers = new RegisterUse(nodes, spec.Node.Inputs, types);
        int room = ThreadScratch.Bytes / Math.Max(1, registers.Count) / registers.ElementBytes / 2;
        _layout = new BlockLayout(_output.Shape, Math.Min(BlockLength, room - Alignment), shapes);
        int stride = (_layout.Longest * registers.ElementBytes / Alignment * Alignment) + Alignment;
        if ((long)stride * registers.Count > ThreadScratch.Bytes)
        {
            throw AnnealException.NotSupported("the steps need more memory between them than a thread has", [spec.Node.OpType]).In(spec.Node);
        }

        _parts = new (BlockCode, BlockCode)[Math.Min(Math.Clamp(_output.Length / Elementwise.Chunk, 1, MaxParts), _layout.Count)];
        for (int i = 0; i < _parts.Length; i++)
        {
            _parts[i] = (
                new BlockCode(spec.Node, nodes, types, registers, stride, k => Block(k, isLast: false)),
                new BlockCode(spec.Node, nodes, types, registers, stride, k => Block(k, isLast: true)));
        }

        _body = Part;
    }

    /// <summary>Runs the program.</summary>
    public void Run(Team team) => team.Run(_parts.Length, _body);

    private Slot Block(int operand, bool isLast) =>
        new((operand < _inputs.Length ? _inputs[operand] : _output).Type, _layout.Shape(operand, isLast));

    private void Part(int part)
    {
        (BlockCode inner, BlockCode last) = _parts[part];
        byte* memory = ThreadScratch.Memory;
        inner.Place(memory);
        last.Place(memory);
        int end = (int)((part + 1L) * _layout.Count / _parts.Length);
        for (int block = (int)((long)part * _layout.Count / _parts.Length); block < end; block++)
        {
            BlockCode code = _layout.IsLast(block) ? last : inner;
            for (int k = 0; k < _inputs.Length; k++)
            {
                code.Operands[k].Pointer = _inputs[k].Pointer + (_layout.Offset(k, block) * _inputs[k].Type.Size());
            }

            code.Operands[^1].Pointer = _output.Pointer + (_layout.Offset(_layout.Output, block) * _output.Type.Size());
            foreach (Kernel kernel in code.Kernels)
            {
                kernel(s_alone);
            }
        }
    }
}
