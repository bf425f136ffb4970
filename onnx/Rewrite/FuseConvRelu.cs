using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;

namespace Anneal.Onnx.Rewrite;

/// <summary>Joins a convolution or a batch normalisation with the Relu that follows it, and the Relu's gradient with what it flows into.</summary>
/// <remarks>
/// <c>Relu(Conv(X, W, B))</c> becomes <c>ConvRelu(X, W, B)</c>, <c>Relu(BatchNormTrain(…))</c> becomes <c>BatchNormTrainRelu(…)</c>;
/// <c>Where(Greater(Y, 0), dY, 0)</c> becomes <c>ReluGrad(dY, Y)</c>, and a BatchNormGrad that reads only it takes it in.
/// Where dY comes back through a MaxPool of Y alone, the gate is moved before it, to where the values are fewer.
/// </remarks>
public static class FuseConvRelu
{
    /// <summary>Applies the rewrite.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same outputs.</returns>
    public static Graph Apply(Graph graph) => Join(Gate(Forward(graph)));

    private static Graph Forward(Graph graph)
    {
        var index = new GraphIndex(graph);
        var types = new Lazy<TypeInference>(() => TypeInference.Of(graph));
        return NodeRule.Apply(graph, node => node is { Domain: "", OpType: "Relu" } && index.Producer(node.Inputs[0]) is { } source
            && index.Readers(node.Inputs[0]) == 1 && source.Outputs[0] == node.Inputs[0] ? Fused(types, source, node) : null);
    }

    private static (Node[], Node[])? Fused(Lazy<TypeInference> types, Node source, Node relu) => (source.Domain, source.OpType) switch
    {
        ("", "Conv") when Convolution.Explicit(source, types.Value.Types[source.Inputs[0]].Shape, types.Value.Types[source.Inputs[1]].Shape) is { } attributes =>
            ([source with { Domain = Model.AnnealDomain, OpType = "ConvRelu", Outputs = relu.Outputs, Attributes = attributes }], [source]),
        (Model.AnnealDomain, "BatchNormTrain") =>
            ([source with { OpType = "BatchNormTrainRelu", Outputs = source.Outputs.SetItem(0, relu.Outputs[0]) }], [source]),
        _ => null,
    };

    private static Graph Gate(Graph graph)
    {
        var index = new GraphIndex(graph);
        Dictionary<string, Node> pools = graph.Nodes.Where(n => n is { Domain: "", OpType: "MaxPool" } && n.HasOutput(0) && n.HasOutput(1))
            .ToDictionary(n => n.Outputs[1], StringComparer.Ordinal);
        return NodeRule.Apply(graph, node =>
        {
            bool isGate = node is { Domain: "", OpType: "Where" } && index.IsZero(node.Inputs[2])
                && index.Producer(node.Inputs[0]) is { Domain: "", OpType: "Greater" } greater && index.IsZero(greater.Inputs[1]);
            if (!isGate)
            {
                return null;
            }

            string y = index.Producer(node.Inputs[0])!.Inputs[0];
            bool isPooled = index.Readers(node.Inputs[1]) == 1 && index.Producer(node.Inputs[1]) is { Domain: Model.AnnealDomain, OpType: "MaxPoolGrad" } back
                && pools.TryGetValue(back.Inputs[1], out Node? pool) && pool.Inputs[0] == y;
            Node gate = node with { Domain = Model.AnnealDomain, OpType = "ReluGrad", Inputs = [node.Inputs[1], y] };
            if (!isPooled)
            {
                return ([gate], []);
            }

            Node grad = index.Producer(node.Inputs[1])!;
            string early = node.Name + "/pooled";
            return (
                [
                    gate with { Inputs = [grad.Inputs[0], pools[grad.Inputs[1]].Outputs[0]], Outputs = [early] },
                    grad with { Inputs = grad.Inputs.SetItem(0, early), Outputs = node.Outputs },
                ],
                [grad]);
        });
    }

    private static Graph Join(Graph graph)
    {
        var index = new GraphIndex(graph);
        return NodeRule.Apply(graph, node => node is { Domain: Model.AnnealDomain, OpType: "BatchNormGrad" }
            && index.Producer(node.Inputs[0]) is { Domain: Model.AnnealDomain, OpType: "ReluGrad" } gate && index.Readers(node.Inputs[0]) == 1
            ? ([node with { OpType = "BatchNormReluGrad", Inputs = node.Inputs.SetItem(0, gate.Inputs[0]).Add(gate.Inputs[1]) }], [gate])
            : null);
    }
}
