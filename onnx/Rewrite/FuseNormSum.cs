using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Rewrite;

/// <summary>Joins a batch normalisation with the sum of branches and the Relu that follow it, and their gradients.</summary>
/// <remarks>
/// <c>Relu(BatchNormTrain(X, …) + S)</c> becomes <c>BatchNormTrainAddRelu(X, …, S)</c> where S has X's shape; a <c>ReluGrad(dY, Y)</c> that flows into
/// its BatchNormGrad and elsewhere becomes an output of <c>BatchNormAddReluGrad(dY, X, …, Y)</c>.
/// </remarks>
public static class FuseNormSum
{
    /// <summary>Applies the rewrite, to a graph in which <see cref="FuseConvRelu"/> has made the gradients of Relu single nodes.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same outputs.</returns>
    public static Graph Apply(Graph graph) => Backward(Forward(graph));

    private static Graph Forward(Graph graph)
    {
        var index = new GraphIndex(graph);
        var types = new Lazy<TypeInference>(() => TypeInference.Of(graph));
        return NodeRule.Apply(graph, node =>
        {
            if (node is not { Domain: "", OpType: "Relu" } || index.OnlyFor(node.Inputs[0], "Add") is not { } add)
            {
                return null;
            }

            foreach ((string y, string branch) in new[] { (add.Inputs[0], add.Inputs[1]), (add.Inputs[1], add.Inputs[0]) })
            {
                bool isNorm = index.Producer(y) is { Domain: Model.AnnealDomain, OpType: "BatchNormTrain" } source && source.Outputs[0] == y && index.Readers(y) == 1;
                if (isNorm && IsOneShape(types.Value.Types[y], types.Value.Types[branch]))
                {
                    Node norm = index.Producer(y)!;
                    Node fused = norm with { OpType = "BatchNormTrainAddRelu", Inputs = norm.Inputs.Add(branch), Outputs = norm.Outputs.SetItem(0, node.Outputs[0]) };
                    return ([fused], [norm, add]);
                }
            }

            return null;
        });
    }

    private static Graph Backward(Graph graph)
    {
        var index = new GraphIndex(graph);
        ILookup<string, Node> gradients = graph.Nodes.Where(n => n is { Domain: Model.AnnealDomain, OpType: "BatchNormGrad" }).ToLookup(n => n.Inputs[0], StringComparer.Ordinal);
        return NodeRule.Apply(graph, node =>
        {
            bool isSum = node is { Domain: Model.AnnealDomain, OpType: "ReluGrad" }
                && index.Producer(node.Inputs[1]) is { Domain: Model.AnnealDomain, OpType: "BatchNormTrainAddRelu" };
            if (!isSum)
            {
                return null;
            }

            string x = index.Producer(node.Inputs[1])!.Inputs[0];
            return gradients[node.Outputs[0]].FirstOrDefault(n => n.Inputs[1] == x) is { } norm
                ? ([norm with { OpType = "BatchNormAddReluGrad", Inputs = [node.Inputs[0], .. norm.Inputs[1..], node.Inputs[1]], Outputs = [.. norm.Outputs, node.Outputs[0]] }], [norm])
                : null;
        });
    }

    private static bool IsOneShape(TensorType a, TensorType b) => a == b && a.Shape is { } shape && shape.Dims.All(d => d.IsKnown || d.Symbol is not null);
}
