using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Lowering;

/// <summary>Computes in half precision what <see cref="Rewrite.MixedPrecision"/> rounds, where the runtime has the kernels: a node between casts takes and gives the narrow values themselves.</summary>
/// <remarks>What it leaves is for another runtime alone: the kernels here have no half precision beside casts.</remarks>
public static class HalfKernels
{
    /// <summary>Applies the pass.</summary>
    /// <param name="graph">The rounded graph, of standard ops.</param>
    /// <param name="half">The format: float16 or bfloat16.</param>
    /// <param name="hasKernel">Whether the runtime has a kernel of a standard op at opset 18 for a type.</param>
    /// <returns>The graph with nodes in half precision.</returns>
    public static Graph Apply(Graph graph, DType half, Func<string, DType, bool> hasKernel)
    {
        TypeInference types = TypeInference.Of(graph);
        Dictionary<string, string> narrow = graph.Nodes.Where(n => IsCast(n, DType.Float) && types.Types[n.Inputs[0]].Type == half)
            .ToDictionary(n => n.Outputs[0], n => n.Inputs[0], StringComparer.Ordinal);
        ILookup<string, Node> readers = graph.Nodes.SelectMany(n => n.Inputs.Distinct().Select(i => (Value: i, Reader: n))).ToLookup(r => r.Value, r => r.Reader, StringComparer.Ordinal);
        HashSet<string> outputs = [.. graph.Outputs.Select(o => o.Name)];
        ImmutableSortedDictionary<string, Tensor>.Builder initializers = graph.Initializers.ToBuilder();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var dropped = new HashSet<string>(StringComparer.Ordinal);
        var nodes = new List<Node>();
        foreach (Node node in graph.Nodes)
        {
            if (IsHalf(node))
            {
                foreach (string output in node.Outputs.Where(IsFloat))
                {
                    names.Add(output, Values(output).Single().Outputs[0]);
                    dropped.Add(names[output]);
                }

                nodes.Add(node with { Inputs = [.. node.Inputs.Select(i => IsFloat(i) ? Narrow(i) : i)], Outputs = [.. node.Outputs.Select(o => names.GetValueOrDefault(o, o))] });
            }
            else if (!node.Outputs.Any(dropped.Contains))
            {
                nodes.Add(Captures.Rename(node, names));
            }
        }

        return WithoutUnread(graph with { Nodes = [.. nodes], Initializers = initializers.ToImmutable(), Values = Graph.NoValues }, half);

        bool IsFloat(string value) => value.Length > 0 && types.Types[value].Type == DType.Float;

        bool IsHalf(Node node) => node.Domain.Length == 0 && node.OpType is not ("Cast" or "Constant") && hasKernel(node.OpType, half)
            && node.Outputs.Any(IsFloat)
            && node.Inputs.Where(IsFloat).All(i => narrow.ContainsKey(i) || IsRounded(i))
            && node.Outputs.Where(IsFloat).All(o => !outputs.Contains(o) && Values(o) is [var only] && IsCast(only, half));

        // Those that want the elements: a size or shape is the same in any format.
        Node[] Values(string value) => [.. readers[value].Where(r => r.OpType is not ("Shape" or "Size"))];

        // A constant that was rounded when its casts were folded.
        bool IsRounded(string value) => graph.Initializers.TryGetValue(value, out Tensor? constant) && To(To(constant, half), DType.Float).Bytes.SequenceEqual(constant.Bytes);

        string Narrow(string value)
        {
            if (!narrow.TryGetValue(value, out string? name))
            {
                name = value + "/" + half.Name();
                initializers.Add(name, To(graph.Initializers[value], half));
                narrow.Add(value, name);
            }

            return name;
        }
    }

    private static bool IsCast(Node node, DType to) => node is { Domain: "", OpType: "Cast" } && node.Attributes.Int("to", 0) == (long)to;

    private static Tensor To(Tensor tensor, DType type) =>
        Evaluator.Run(new Node("cast", "", "Cast", ["x"], ["y"], Attributes.Of(("to", (long)type)), Origin.None), [tensor])[0]!;

    // Of the casts and constants that nothing reads any more.
    private static Graph WithoutUnread(Graph graph, DType half)
    {
        HashSet<string> read = [.. graph.Nodes.SelectMany(Captures.Reads), .. graph.Outputs.Select(o => o.Name)];
        graph = graph with { Nodes = [.. graph.Nodes.Where(n => !(IsCast(n, DType.Float) || IsCast(n, half)) || n.Outputs.Any(read.Contains))] };
        read = [.. graph.Nodes.SelectMany(Captures.Reads), .. graph.Outputs.Select(o => o.Name)];
        return graph with { Initializers = graph.Initializers.RemoveRange(graph.Initializers.Keys.Where(i => !read.Contains(i) && graph.Inputs.All(v => v.Name != i))) };
    }
}
