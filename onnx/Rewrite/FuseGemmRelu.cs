using System.Collections.Immutable;
using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Rewrite;

/// <summary>Joins a Gemm with the Relu that follows it, and a Gemm with the gradient of the Relu that its product flows back through.</summary>
/// <remarks>
/// <c>Relu(Gemm(A, B, C))</c> becomes <c>GemmRelu(A, B, C)</c>; <c>Where(Greater(Y, 0), Gemm(dY, B), 0)</c> becomes <c>GemmReluGrad(dY, B, Y)</c>.
/// </remarks>
public static class FuseGemmRelu
{
    /// <summary>Applies the rewrite.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same outputs.</returns>
    public static Graph Apply(Graph graph)
    {
        var index = new GraphIndex(graph);
        var replaced = new Dictionary<string, Node>(StringComparer.Ordinal);
        HashSet<string> gone = new(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            if (Fused(index, node) is var (fused, gemm))
            {
                replaced.Add(node.Name, fused);
                gone.Add(gemm.Name);
            }
        }

        ImmutableArray<Node> nodes = [.. graph.Nodes.Where(n => !gone.Contains(n.Name)).Select(n => replaced.GetValueOrDefault(n.Name, n))];
        return graph with { Nodes = nodes };
    }

    private static (Node Fused, Node Gemm)? Fused(GraphIndex index, Node node)
    {
        if (node is { Domain: "", OpType: "Relu" } && index.OnlyFor(node.Inputs[0], "Gemm") is { } forward)
        {
            return (Fuse(forward, "GemmRelu", forward.Inputs, node), forward);
        }

        if (node is { Domain: "", OpType: "Where" }
            && index.IsZero(node.Inputs[2])
            && index.Producer(node.Inputs[0]) is { Domain: "", OpType: "Greater" } greater
            && index.IsZero(greater.Inputs[1])
            && index.OnlyFor(node.Inputs[1], "Gemm") is { } backward
            && !backward.HasInput(2))
        {
            Node product = backward with { Attributes = backward.Attributes.Without("beta") };
            return (Fuse(product, "GemmReluGrad", [backward.Inputs[0], backward.Inputs[1], greater.Inputs[0]], node), backward);
        }

        return null;
    }

    private static Node Fuse(Node gemm, string op, ImmutableArray<string> inputs, Node last) =>
        gemm with { Domain = Model.AnnealDomain, OpType = op, Inputs = inputs, Outputs = last.Outputs };
}
