using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Composes Transposes that follow one another, drops those that change nothing, and lets products read a transposed matrix as it lies.</summary>
/// <remarks>
/// A Transpose that only moves dimensions of size 1 becomes a Reshape. A Gemm takes a Transpose before it into transA or transB; a MatMul of two matrices, one
/// of them transposed, becomes such a Gemm.
/// </remarks>
public static class EliminateTransposes
{
    /// <summary>Applies the rewrite.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same outputs; what nobody reads any more is left to <see cref="DeadNodes"/>.</returns>
    public static Graph Apply(Graph graph)
    {
        TypeInference inference = TypeInference.Of(graph);
        var outputs = graph.Outputs.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var turned = new Dictionary<string, (string Source, int[] Perm)>(StringComparer.Ordinal);
        var initializers = graph.Initializers.ToBuilder();
        var nodes = new List<Node>();
        foreach (Node original in graph.Nodes)
        {
            Node node = Captures.Rename(original, names);
            if (node is { Domain: "", OpType: "Transpose" } && inference.Types[node.Inputs[0]].Shape is { } shape)
            {
                Turn(node, shape);
            }
            else
            {
                nodes.Add(node is { Domain: "", OpType: "Gemm" or "MatMul" } ? Product(node) : node);
            }
        }

        return graph with { Nodes = [.. nodes], Initializers = initializers.ToImmutable(), Values = graph.Values.RemoveRange(names.Keys) };

        void Turn(Node node, TensorShape shape)
        {
            int[] perm = node.Attributes.Ints("perm") is { } given ? [.. given.Select(d => (int)d)] : [.. Enumerable.Range(0, shape.Rank).Reverse()];
            string source = node.Inputs[0];
            if (turned.TryGetValue(source, out (string Source, int[] Perm) before))
            {
                (source, perm) = (before.Source, [.. perm.Select(d => before.Perm[d])]);
                shape = inference.Types[source].Shape!.Value;
            }

            bool isSame = perm.Select((d, i) => d == i).All(same => same);
            if (isSame && !outputs.Contains(node.Outputs[0]))
            {
                names.Add(node.Outputs[0], source);
                return;
            }

            int[] moved = [.. perm.Where(d => shape[d] is not { Size: 1 })];
            bool isReshape = !isSame && moved.SequenceEqual(moved.Order());
            if (isReshape && ReshapeTo.Of(node, source, inference.Types[node.Outputs[0]].Shape) is var (reshape, name, sizes) && initializers.TryAdd(name, sizes))
            {
                nodes.Add(reshape);
                return;
            }

            turned.Add(node.Outputs[0], (source, perm));
            nodes.Add(node with { Inputs = [source], Attributes = Attributes.Of(("perm", perm.Select(d => (long)d).ToArray())) });
        }

        Node Product(Node node)
        {
            bool isGemm = node.OpType == "Gemm";
            bool isMatrices = node.Inputs.Take(2).All(i => inference.Types[i].Shape is { Rank: 2 } && inference.Types[i].Type.IsFloating());
            string[] sources = [.. node.Inputs.Take(2).Select(i => turned.TryGetValue(i, out (string Source, int[] Perm) t) && t.Perm is [1, 0] ? t.Source : i)];
            if (!isMatrices || sources.SequenceEqual(node.Inputs.Take(2)))
            {
                return node;
            }

            Attributes attributes = node.Attributes;
            foreach ((string attribute, int input) in new[] { ("transA", 0), ("transB", 1) })
            {
                bool isTurned = sources[input] != node.Inputs[input];
                attributes = attributes.With(attribute, (isGemm ? attributes.Int(attribute, 0) : 0) != 0 ^ isTurned ? 1L : 0L);
            }

            ImmutableArray<string> inputs = [.. sources, .. node.Inputs.Skip(2)];
            return node with { OpType = "Gemm", Inputs = inputs, Attributes = attributes };
        }
    }
}
