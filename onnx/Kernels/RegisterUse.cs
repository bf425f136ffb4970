using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Kernels;

/// <summary>Which of a few equal pieces of memory holds each value between the nodes of a program: one is free again after the value's last reader.</summary>
internal sealed class RegisterUse
{
    private readonly Dictionary<string, int> _registers = new(StringComparer.Ordinal);

    public RegisterUse(ImmutableArray<Node> nodes, ImmutableArray<string> inputs, IReadOnlyDictionary<string, TensorType> types)
    {
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < nodes.Length; i++)
        {
            foreach (string input in nodes[i].Inputs)
            {
                last[input] = i;
            }
        }

        // The output may lie over an input that the last node must not overwrite: it then goes through a register.
        Node end = nodes[^1];
        CopiesResult = Enumerable.Range(0, end.Inputs.Length).Any(k => inputs.Contains(end.Inputs[k])
            && types[end.Inputs[k]].Type == types[end.Outputs[0]].Type && !MayOverwrite(end, k));
        var free = new Stack<int>();
        for (int i = 0; i < (CopiesResult ? nodes.Length : nodes.Length - 1); i++)
        {
            string output = nodes[i].Outputs[0];
            string[] dying = [.. nodes[i].Inputs.Distinct().Where(v => _registers.ContainsKey(v) && last[v] == i)];
            string? reused = dying.FirstOrDefault(v => types[v].Type.Size() == types[output].Type.Size()
                && Enumerable.Range(0, nodes[i].Inputs.Length).All(k => nodes[i].Inputs[k] != v || MayOverwrite(nodes[i], k)));
            _registers[output] = reused is not null ? _registers[reused] : free.TryPop(out int register) ? register : Count++;
            foreach (string value in dying.Where(v => v != reused))
            {
                free.Push(_registers[value]);
            }
        }

        ElementBytes = nodes.Max(n => types[n.Outputs[0]].Type.Size());
    }

    /// <summary>The number of registers.</summary>
    public int Count { get; private set; }

    /// <summary>The size of the largest element that one holds.</summary>
    public int ElementBytes { get; }

    /// <summary>Whether the result is computed into a register and then copied.</summary>
    public bool CopiesResult { get; }

    /// <summary>The register of a value.</summary>
    public int this[string value] => _registers[value];

    private static bool MayOverwrite(Node node, int input) => OpTable.Get(node).InPlace.Contains((0, input));
}
