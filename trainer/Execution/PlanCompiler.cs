using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Execution;

/// <summary>Turns a graph and its inputs' sizes into a plan: an order, a buffer for every value, a kernel for every node that is left.</summary>
internal sealed class PlanCompiler
{
    private readonly Graph _graph;
    private readonly TypeInference _inference;
    private readonly IReadOnlyList<ValueInfo> _feeds;
    private readonly IReadOnlyList<ValueInfo> _fetches;
    private readonly IReadOnlyList<StateBinding> _bindings;
    private readonly IReadOnlyList<Node> _nodes;
    private readonly Dictionary<string, PlanBuffer> _buffers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Slot> _slots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lastRead = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _replacedBy = new(StringComparer.Ordinal);

    public PlanCompiler(
        Graph graph,
        IReadOnlyDictionary<string, TensorType> inputs,
        IReadOnlyList<StateBinding> bindings,
        IReadOnlyDictionary<string, Tensor> state,
        IReadOnlyList<ValueInfo> feeds,
        IReadOnlyList<ValueInfo> fetches)
    {
        _graph = graph;
        _inference = TypeInference.Of(graph, inputs);
        _feeds = feeds;
        _fetches = fetches;
        _bindings = bindings;
        HashSet<string> stateNames = [.. state.Keys];
        _nodes = [.. UpdateSchedule.Order(graph.Nodes, stateNames).Where(n => n.Outputs.Any(o => o.Length > 0 && !_inference.Constants.ContainsKey(o)))];
        foreach (ValueInfo feed in feeds)
        {
            AddBuffer(feed.Name, new PlanBuffer(PlanBufferKind.Feed, 0, -1));
        }

        foreach ((string name, Tensor tensor) in state)
        {
            AddBuffer(name, new PlanBuffer(PlanBufferKind.State, tensor.ByteLength, -1) { Tensor = tensor });
        }
    }

    public Plan Compile()
    {
        for (int i = 0; i < _nodes.Count; i++)
        {
            foreach (string input in _nodes[i].Inputs)
            {
                _lastRead[input] = i;
            }
        }

        foreach (ValueInfo output in _graph.Outputs)
        {
            _lastRead[output.Name] = _nodes.Count;
        }

        FindReplacements();
        var steps = new List<PlanStep>();
        var specs = new List<KernelSpec>();
        for (int i = 0; i < _nodes.Count; i++)
        {
            AddStep(i, steps, specs);
        }

        foreach (ValueInfo output in _graph.Outputs)
        {
            SlotOf(output.Name);
        }

        return Finish(steps, specs);
    }

    // A state is replaced by the value that its output is, seen through the identities that only give it a name.
    private void FindReplacements()
    {
        Dictionary<string, Node> producers = _nodes.SelectMany(n => n.Outputs.Where(o => o.Length > 0).Select(o => (o, n)))
            .ToDictionary(p => p.o, p => p.n, StringComparer.Ordinal);
        foreach (StateBinding binding in _bindings.Where(b => b.Output.Length > 0))
        {
            string value = binding.Output;
            while (producers.TryGetValue(value, out Node? node) && node is { Domain: "", OpType: "Identity" })
            {
                value = node.Inputs[0];
            }

            _replacedBy.TryAdd(value, binding.Input);
        }
    }

    private void AddStep(int index, List<PlanStep> steps, List<KernelSpec> specs)
    {
        Node node = _nodes[index];
        Op op = OpTable.Get(node);
        Slot?[] inputs = [.. node.Inputs.Select(i => i.Length == 0 ? null : SlotOf(i))];
        OpTable.CheckKernel(node, [.. inputs.Select(i => i?.Type)]);
        if (op.IsView && inputs[0]!.Type != DType.String && !_inference.Constants.ContainsKey(node.Inputs[0]))
        {
            Join(node.Outputs[0], _buffers[node.Inputs[0]], index);
            SlotOf(node.Outputs[0]);
            return;
        }

        bool inPlace = false;
        for (int o = 0; o < node.Outputs.Length; o++)
        {
            if (node.HasOutput(o))
            {
                inPlace |= AssignOutput(op, node, o, index);
            }
        }

        Slot?[] outputs = [.. node.Outputs.Select(o => o.Length == 0 ? null : SlotOf(o))];
        var spec = new KernelSpec(node, inputs, outputs, [.. node.Inputs.Select(i => _inference.Constants.GetValueOrDefault(i))]);
        steps.Add(new PlanStep(node, op.Compile(spec), [.. inputs.OfType<Slot>()], [.. outputs.OfType<Slot>()], inPlace));
        specs.Add(spec);
    }

    private bool AssignOutput(Op op, Node node, int output, int index)
    {
        string value = node.Outputs[output];
        long bytes = (Type(value).Shape?.ElementCount ?? throw AnnealException.BadData(
            $"the shape of '{value}' depends on values that are computed while running", "give them as constants").In(node)) * Type(value).Type.Size();
        foreach ((int _, int input) in op.InPlace.Where(p => p.Output == output && node.HasInput(p.Input)))
        {
            PlanBuffer source = _buffers.GetValueOrDefault(node.Inputs[input]) ?? Constant(node.Inputs[input]);
            bool replaces = source.Kind == PlanBufferKind.State && _replacedBy.GetValueOrDefault(value) == node.Inputs[input];
            bool free = (source.Kind == PlanBufferKind.Arena || replaces) && source.Bytes == bytes && Type(value).Type != DType.String
                && source.Values.All(v => _lastRead.GetValueOrDefault(v, -1) <= index)
                && Type(node.Inputs[input]).Type == Type(value).Type;
            if (free)
            {
                Join(value, source, index);
                return true;
            }
        }

        AddBuffer(value, new PlanBuffer(PlanBufferKind.Arena, bytes, index));
        return false;
    }

    private Plan Finish(List<PlanStep> steps, List<KernelSpec> specs)
    {
        PlanBuffer[] buffers = [.. _buffers.Values.Distinct()];
        foreach (PlanBuffer buffer in buffers)
        {
            buffer.Last = Math.Max(buffer.First, buffer.Values.Max(v => _lastRead.GetValueOrDefault(v, buffer.First)));
        }

        PlanBuffer[] arena = [.. buffers.Where(b => b.Kind == PlanBufferKind.Arena && b.Bytes > 0)];
        long arenaBytes = ArenaLayout.Place(arena);
        long scratchBytes = specs.Select(s => s.ScratchSlots.Sum(x => ArenaLayout.Align(x.ByteLength))).DefaultIfEmpty(0).Max();
        Tensor memory = Tensor.Zeros(DType.UInt8, checked((int)(arenaBytes + scratchBytes)));
        Bind(buffers, specs, memory, arenaBytes);
        // What is taken from another state is set aside before any state is replaced.
        (Slot, Tensor?, Tensor)[] copies =
        [
            .. _bindings
                .Where(b => b.Output.Length > 0 && _buffers[b.Output] != _buffers[b.Input])
                .Select(b => (
                    _slots[b.Output],
                    _buffers[b.Output].Kind == PlanBufferKind.State ? Tensor.Zeros(_slots[b.Output].Type, _slots[b.Output].Shape) : null,
                    _buffers[b.Input].Tensor!)),
        ];
        return new Plan(
            steps,
            [.. _feeds.Select(f => _slots.GetValueOrDefault(f.Name) ?? SlotOf(f.Name))],
            [.. _feeds.Select(f => _buffers[f.Name].Slots.ToArray())],
            [.. _fetches.Select(f => _slots[f.Name])],
            copies,
            memory,
            arenaBytes,
            [.. buffers.Select(b => b.Tensor).OfType<Tensor>()]);
    }

    private static unsafe void Bind(PlanBuffer[] buffers, List<KernelSpec> specs, Tensor memory, long scratchStart)
    {
        foreach (PlanBuffer buffer in buffers)
        {
            foreach (Slot slot in buffer.Slots)
            {
                if (buffer.Tensor is { } tensor)
                {
                    slot.Bind(tensor);
                }
                else if (slot.Type == DType.String)
                {
                    slot.Strings = new string[slot.Length];
                }
                else if (buffer.Kind == PlanBufferKind.Arena)
                {
                    slot.Pointer = memory.Pointer + buffer.Offset;
                }
            }
        }

        foreach (KernelSpec spec in specs)
        {
            long offset = scratchStart;
            foreach (Slot slot in spec.ScratchSlots)
            {
                slot.Pointer = memory.Pointer + offset;
                offset += ArenaLayout.Align(slot.ByteLength);
            }
        }
    }

    private TensorType Type(string value) => _inference.Types[value];

    private Slot SlotOf(string value)
    {
        if (_slots.TryGetValue(value, out Slot? slot))
        {
            return slot;
        }

        TensorType type = Type(value);
        if (type.Shape is not { IsStatic: true } shape)
        {
            throw AnnealException.BadData($"the shape of '{value}' depends on data: {type}", "the SIMD engine runs graphs whose shapes follow from their inputs' shapes");
        }

        PlanBuffer buffer = _buffers.GetValueOrDefault(value) ?? Constant(value);
        slot = new Slot(type.Type, shape.ToSizes());
        _slots.Add(value, slot);
        buffer.Slots.Add(slot);
        return slot;
    }

    private PlanBuffer Constant(string value)
    {
        Tensor tensor = _inference.Constants[value];
        return AddBuffer(value, new PlanBuffer(PlanBufferKind.Constant, tensor.ByteLength, -1) { Tensor = tensor });
    }

    private PlanBuffer AddBuffer(string value, PlanBuffer buffer)
    {
        buffer.Values.Add(value);
        _buffers.Add(value, buffer);
        return buffer;
    }

    private void Join(string value, PlanBuffer buffer, int index)
    {
        buffer.Values.Add(value);
        buffer.Last = index;
        _buffers.Add(value, buffer);
    }
}
