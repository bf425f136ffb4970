using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Rewrite;

/// <summary>Joins the product that is a weight's gradient with the Adam step that consumes it: the gradient is never stored.</summary>
/// <remarks><c>AdamStep(W, Gemm(A, B), M, V, lr, step)</c> becomes <c>GemmAdamStep(A, B, W, M, V, lr, step)</c>.</remarks>
public static class FuseGemmAdam
{
    /// <summary>Applies the rewrite.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same outputs.</returns>
    public static Graph Apply(Graph graph)
    {
        var index = new GraphIndex(graph);
        HashSet<string> gone = new(StringComparer.Ordinal);
        var nodes = new List<Node>();
        foreach (Node node in graph.Nodes)
        {
            if (node is { Domain: Model.AnnealDomain, OpType: "AdamStep" } && index.OnlyFor(node.Inputs[1], "Gemm") is { } gemm && !gemm.HasInput(2))
            {
                gone.Add(gemm.Name);
                nodes.Add(node with
                {
                    OpType = "GemmAdamStep",
                    Inputs = [gemm.Inputs[0], gemm.Inputs[1], node.Inputs[0], .. node.Inputs[2..]],
                    Attributes = node.Attributes
                        .With("alpha", gemm.Attributes.Float("alpha", 1))
                        .With("transA", gemm.Attributes.Int("transA", 0))
                        .With("transB", gemm.Attributes.Int("transB", 0)),
                });
            }
            else
            {
                nodes.Add(node);
            }
        }

        return graph with { Nodes = [.. nodes.Where(n => !gone.Contains(n.Name))] };
    }
}
