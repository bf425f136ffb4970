using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Kernels;

/// <summary>Runs single kernels on one thread, for folding and for tests.</summary>
public static class Evaluator
{
    /// <summary>Runs a node on given tensors.</summary>
    /// <param name="node">The node.</param>
    /// <param name="inputs">A tensor per input; null where it is left out.</param>
    /// <param name="team">The threads to work on; null for the calling one.</param>
    /// <returns>A tensor per output of the node; null where it is not wanted.</returns>
    /// <exception cref="AnnealException">The inputs do not fit the op.</exception>
    public static Tensor?[] Run(Node node, ReadOnlySpan<Tensor?> inputs, Team? team = null)
    {
        Op op = OpTable.Get(node);
        Tensor?[] given = inputs.ToArray();
        TensorType?[] types = [.. given.Select(t => t is null ? null : TensorType.Of(t))];
        SchemaCheck.Check(op, node, types);
        TensorType[] outputs = op.Infer(new InferenceScope(node, types, given));
        Tensor?[] results = [.. node.Outputs.Select((o, i) => o.Length > 0 ? Tensor.Zeros(outputs[i].Type, outputs[i].Shape!.Value.ToSizes()) : null)];
        Run(op, node, [.. given.Select(t => t is null ? null : new Slot(t.Type, t.Shape))], given, results, team);
        return results;
    }

    internal static unsafe void Run(Op op, Node node, Slot?[] slots, Tensor?[] inputs, Tensor?[] results, Team? team = null)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] is { } tensor && slots[i]!.Length == tensor.Length)
            {
                slots[i]!.Bind(tensor);
            }
        }

        Slot?[] outputs = [.. results.Select(t => t is null ? null : new Slot(t.Type, t.Shape))];
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i] is { } tensor)
            {
                outputs[i]!.Bind(tensor);
            }
        }

        SchemaCheck.CheckKernel(op, node, [.. slots.Select(s => s?.Type)]);
        var spec = new KernelSpec(node, slots, outputs, inputs);
        Kernel kernel = op.Compile(spec);
        Tensor[] scratch = [.. spec.ScratchSlots.Select(s => Tensor.Zeros(DType.UInt8, s.Length))];
        for (int i = 0; i < scratch.Length; i++)
        {
            spec.ScratchSlots[i].Bind(scratch[i]);
        }

        if (team is null)
        {
            using var alone = new Team(1);
            kernel(alone);
        }
        else
        {
            kernel(team);
        }

        GC.KeepAlive(inputs);
        GC.KeepAlive(results);
        GC.KeepAlive(scratch);
    }
}
