using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Finds self attention in the ops that every runtime has, and makes it one node.</summary>
/// <remarks>
/// <c>Transpose(MatMul(Softmax(MatMul(Q, Kᵀ) / √depth), V))</c>, with Q, K and V the heads of values [N, T, F], becomes <c>SelfAttention</c> of the three side by side: of what a
/// Split cut into them, or of their Concat. Nobody else may read the scores or the weights. Attention with a mask or with dropout stays as it is.
/// </remarks>
public static class FuseAttention
{
    private static readonly long[] s_heads = [0, 2, 1, 3];
    private static readonly long[] s_keys = [0, 2, 3, 1];

    /// <summary>Applies the rewrite, to a graph in which no Transpose follows another.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same outputs; what nobody reads any more is left to <see cref="DeadNodes"/>.</returns>
    public static Graph Apply(Graph graph)
    {
        if (!graph.Nodes.Any(n => n is { Domain: "", OpType: "Softmax" }))
        {
            return graph;
        }

        var index = new GraphIndex(graph);
        TypeInference types = TypeInference.Of(graph);
        var initializers = graph.Initializers.ToBuilder();
        Graph result = NodeRule.Apply(graph, node => Heads(node) is { } heads ? (Fused(node, heads), []) : null);
        return result with { Initializers = initializers.ToImmutable() };

        Node[]? Heads(Node turned)
        {
            if (!IsTurned(turned, s_heads) || index.OnlyFor(turned.Inputs[0], "MatMul") is not { } mix || index.OnlyFor(mix.Inputs[0], "Softmax") is not { } softmax
                || softmax.Attributes.Int("axis", -1) is not (-1 or 3) || Scores(softmax.Inputs[0]) is not { } scores)
            {
                return null;
            }

            Node?[] parts = [Part(scores.Inputs[0], s_heads), Part(scores.Inputs[1], s_keys), Part(mix.Inputs[1], s_heads)];
            if (parts.Any(p => p is null))
            {
                return null;
            }

            Node[] heads = [.. parts.Select(p => p!)];
            TensorType[] cut = [.. heads.Select(h => types.Types[h.Outputs[0]])];
            TensorType[] whole = [.. heads.Select(h => types.Types[h.Inputs[0]])];
            bool fits = cut.All(t => t == cut[0]) && whole.All(t => t == whole[0]) && cut[0] is { Type: DType.Float or DType.Double, Shape: { Rank: 4 } q }
                && q.Dims.Skip(1).All(d => d is { IsKnown: true, Size: > 0 }) && whole[0].Shape is { Rank: 2 or 3 } w && w[-1] == Dim.Of(q[2].Size * q[3].Size) && (w.Rank == 2 || w[1] == q[1]);
            return fits && IsRoot(softmax.Inputs[0], cut[0].Shape!.Value[3].Size) ? heads : null;
        }

        bool IsTurned(Node? node, long[] perm) => node is { Domain: "", OpType: "Transpose" } && node.Attributes.Ints("perm") is { } given && given.SequenceEqual(perm);

        Node? Part(string value, long[] perm) => index.Producer(value) is { } turned && IsTurned(turned, perm) && index.Producer(turned.Inputs[0]) is { Domain: "", OpType: "Reshape" } cut ? cut : null;

        Node? Scores(string scaled) => (index.OnlyFor(scaled, "Mul") ?? index.OnlyFor(scaled, "Div")) is { } scale ? index.OnlyFor(scale.Inputs[0], "MatMul") : null;

        bool IsRoot(string scaled, int depth)
        {
            Node scale = index.Producer(scaled)!;
            double? number = graph.Initializers.GetValueOrDefault(scale.Inputs[1]) switch
            {
                { Type: DType.Float, Length: 1 } t => t.Span<float>()[0],
                { Type: DType.Double, Length: 1 } t => t.Span<double>()[0],
                _ => null,
            };
            return number is { } n && Math.Abs(((scale.OpType == "Mul" ? n : 1 / n) * Math.Sqrt(depth)) - 1) < 1e-6;
        }

        Node[] Fused(Node last, Node[] heads)
        {
            TensorShape cut = types.Types[heads[0].Outputs[0]].Shape!.Value;
            TensorShape whole = types.Types[heads[0].Inputs[0]].Shape!.Value;
            int width = cut[2].Size * cut[3].Size;
            var nodes = new List<Node>();
            string name = last.Outputs[0];
            string[] parts = [.. heads.Select(h => h.Inputs[0])];
            bool isSplit = index.Producer(parts[0]) is { Domain: "", OpType: "Split" } split && split.Outputs.SequenceEqual(parts)
                && split.Attributes.Int("axis", 0) is var axis && (axis == -1 || axis == whole.Rank - 1);
            string packed = isSplit ? index.Producer(parts[0])!.Inputs[0] : Add("Concat", "packed", parts, Attributes.Of(("axis", -1L)));
            packed = whole.Rank == 3 ? packed : Reshaped("rows", packed, -1, cut[1].Size, 3 * width);
            string mixed = Add("SelfAttention", "mixed", [packed], Attributes.Of(("heads", (long)cut[2].Size)), Model.AnnealDomain);
            initializers.Add(name + "/heads", Tensor.Vector<long>(-1, cut[1].Size, cut[2].Size, cut[3].Size));
            return [.. nodes, last with { OpType = "Reshape", Inputs = [mixed, name + "/heads"], Attributes = Attributes.None }];

            string Reshaped(string part, string value, params long[] shape)
            {
                initializers.Add($"{name}/{part}/shape", Tensor.Vector(shape));
                return Add("Reshape", part, [value, $"{name}/{part}/shape"], Attributes.None);
            }

            string Add(string op, string part, string[] inputs, Attributes attributes, string domain = "")
            {
                nodes.Add(new Node($"{name}/{part}", domain, op, [.. inputs], [$"{name}/{part}"], attributes, last.Origin));
                return $"{name}/{part}";
            }
        }
    }
}
