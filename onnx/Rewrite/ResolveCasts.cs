using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Rewrite;

/// <summary>Puts Cast in the place of CastLike where the other value's type is known, and nothing where the value has it already: constants are then seen as such, and equal casts as one.</summary>
public static class ResolveCasts
{
    /// <summary>Applies the pass.</summary>
    /// <param name="graph">The graph, of known ops.</param>
    /// <returns>The graph without such nodes; one that computes an output of the graph stays a node.</returns>
    public static Graph Apply(Graph graph)
    {
        TypeInference types = TypeInference.Of(graph);
        return graph with { Nodes = [.. graph.Nodes.Select(n => n is { Domain: "", OpType: "CastLike" } ? Resolve(n, types) : n)] };
    }

    private static Node Resolve(Node node, TypeInference types)
    {
        Tensors.DType to = types.Types[node.Inputs[1]].Type;
        return types.Types[node.Inputs[0]].Type == to
            ? node with { OpType = "Identity", Inputs = [node.Inputs[0]], Attributes = Attributes.None }
            : node with { OpType = "Cast", Inputs = [node.Inputs[0]], Attributes = Attributes.Of(("to", (long)to)) };
    }
}
