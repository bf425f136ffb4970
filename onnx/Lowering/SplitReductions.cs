using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Lowering;

/// <summary>Takes sums and means over the first and the last axes apart: over the last, which lie together, and then over the first of what is left.</summary>
/// <remarks>For such neighbouring axes ONNX Runtime has kernels of its own on CUDA; any other choice of axes goes to cuDNN's general one.</remarks>
internal static class SplitReductions
{
    public static Graph Apply(Graph graph)
    {
        TypeInference types = TypeInference.Of(graph);
        ImmutableSortedDictionary<string, Tensor>.Builder initializers = graph.Initializers.ToBuilder();
        return graph with { Nodes = [.. graph.Nodes.SelectMany(Split)], Initializers = initializers.ToImmutable() };

        Node[] Split(Node node)
        {
            if (node is not { Domain: "", OpType: "ReduceSum" or "ReduceMean", Inputs.Length: 2 }
                || !graph.Initializers.TryGetValue(node.Inputs[1], out Tensor? given)
                || types.Types[node.Inputs[0]].Shape is not { } shape)
            {
                return [node];
            }

            long[] axes = [.. given.Span<long>().ToArray().Select(a => a < 0 ? a + shape.Rank : a).Order()];
            int front = axes.TakeWhile((a, i) => a == i).Count();
            long[] back = axes[front..];
            if (front == 0 || back.Length == 0 || back[^1] != shape.Rank - 1 || back[^1] - back[0] + 1 != back.Length)
            {
                return [node];
            }

            (string rows, string last, string first) = (node.Name + "/rows", node.Name + "/back", node.Name + "/front");
            initializers[last] = Tensor.Vector<long>(back);
            initializers[first] = Tensor.Vector<long>(axes.AsSpan(0, front));
            return
            [
                node with { Name = rows, Inputs = [node.Inputs[0], last], Outputs = [rows] },
                node with { Inputs = [rows, first] },
            ];
        }
    }
}
