using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Lowering;

/// <summary>Says a graph's invented ops in standard ops that another runtime has kernels for: by the first way that fits the node and whose kernels are there, else by the op's body.</summary>
/// <remarks>Bodies that loop stay calls of their functions, which the runtime replaces itself.</remarks>
public static class StepLowering
{
    // Where a kernel costs its start and each pass over memory, as on a GPU.
    private static readonly ILowering[] s_deviceWays =
    [
        new LowerBatchNormGrad("BatchNormAddReluGrad"),
        new LowerBatchNormGrad("BatchNormGrad"),
        new LowerBatchNormGrad("BatchNormReluGrad"),
        new LowerBatchNormTrain("BatchNormTrain"),
        new LowerBatchNormTrain("BatchNormTrainAddRelu"),
        new LowerBatchNormTrain("BatchNormTrainRelu"),
        new LowerConvGradPatches(),
    ];

    private static readonly ILowering[] s_ways =
    [
        new LowerAdam(),
        new LowerConvGradW(),
        new LowerConvGradX(),
        new LowerLstmGrad(),
        new LowerLstmTrain(),
    ];

    // Ops whose bodies hold what mixed precision computes in half: activations, dropout and attention.
    private static readonly HashSet<string> s_halved = new(StringComparer.Ordinal) { "Gelu", "RandomDropout", "ReluGrad", "SelfAttention", "SelfAttentionGrad", "Swish" };

    private static readonly PassPipeline s_before = new(("DeadNodes", DeadNodes.Apply));

    private static readonly PassPipeline s_after = new(
        ("ResolveCasts", ResolveCasts.Apply),
        ("EliminateReshapes", EliminateReshapes.Apply),
        ("ConstantFolding", ConstantFolding.Apply),
        ("CommonSubexpressions", CommonSubexpressions.Apply),
        ("NameOutputs", NameOutputs.Apply),
        ("DeadNodes", DeadNodes.Apply));

    /// <summary>Lowers a model.</summary>
    /// <param name="model">The model, of known ops.</param>
    /// <param name="hasKernel">Whether the runtime has a kernel of a standard op at opset 18 for a type.</param>
    /// <param name="state">The states that the graph replaces: what orders their writes is added.</param>
    /// <param name="precision">float, or the half-precision format to which <see cref="MixedPrecision"/> rounds.</param>
    /// <param name="forDevice">Whether the graph is for another device than the CPU, which other ways suit.</param>
    /// <returns>The model of standard ops.</returns>
    public static Model Apply(Model model, Func<string, DType, bool> hasKernel, IReadOnlyList<StateBinding> state, DType precision = DType.Float, bool forDevice = false)
    {
        Graph graph = s_before.Run(model.Graph);
        TypeInference types = TypeInference.Of(graph);
        graph = graph with { Nodes = [.. graph.Nodes.SelectMany(n => Write(n, types, hasKernel, forDevice))] };
        if (precision != DType.Float)
        {
            graph = MixedPrecision.Apply(Inline(graph, s_halved.Contains), precision, state);
        }

        graph = s_after.Run(Inline(graph, _ => true));
        graph = forDevice ? SplitReductions.Apply(graph) : graph;
        graph = OrderUpdates.Apply(graph, state, TypeInference.Of(graph).Types);
        return Model.Of(graph);
    }

    /// <summary>The nodes that the runtime has no kernel for, those inside loops too.</summary>
    /// <param name="graph">A lowered graph.</param>
    /// <param name="hasKernel">As for lowering.</param>
    /// <returns>Each with the type that there is no kernel for. A node inside a loop or a branch counts as of the type of the node that holds it, which is that of nearly all in the loops written here.</returns>
    public static IReadOnlyList<(Node Node, DType Type)> Missing(Graph graph, Func<string, DType, bool> hasKernel)
    {
        TypeInference types = TypeInference.Of(graph);
        return
        [
            .. from node in graph.Nodes
               let type = TypeOf(node, types)
               from run in Runs(node)
               where run.Domain != Model.AnnealDomain && !hasKernel(run.OpType, type)
               select (run, type),
        ];
    }

    // What the runtime runs for a node: the node itself or, of a call that is left, its body, each with what its loops and branches hold.
    private static IEnumerable<Node> Runs(Node node) =>
        node.Domain == Model.AnnealDomain && OpTable.Get(node).Body is { } body ? body.Nodes.SelectMany(Runs) : Captures.Subgraphs(node).SelectMany(g => g.Nodes).SelectMany(Runs).Prepend(node);

    // The type by which kernels are told apart: that of the first input that is no condition.
    private static DType TypeOf(Node node, TypeInference types)
    {
        DType[] given = [.. node.Inputs.Where(i => i.Length > 0).Select(i => types.Types[i].Type)];
        return given.FirstOrDefault(t => t != DType.Bool) is var type && type != DType.Undefined ? type : given.FirstOrDefault();
    }

    private static IReadOnlyList<Node> Write(Node node, TypeInference types, Func<string, DType, bool> hasKernel, bool forDevice)
    {
        if (node.Domain != Model.AnnealDomain)
        {
            return [node];
        }

        DType type = types.Types[node.Outputs.First(o => o.Length > 0)].Type;
        foreach (ILowering way in (forDevice ? s_deviceWays : []).Concat(s_ways).Where(w => w.Op == node.OpType))
        {
            var chain = new NodeChain(node);
            if (way.Write(chain, node, types) && chain.Nodes.All(n => hasKernel(n.OpType, type)))
            {
                return chain.Nodes;
            }
        }

        return [node];
    }

    private static Graph Inline(Graph graph, Func<string, bool> isMeant) => InlineFunctions.Apply(
        graph,
        [.. graph.Nodes.Where(n => n.Domain == Model.AnnealDomain && isMeant(n.OpType)).Select(n => OpTable.Get(n).Body).OfType<Function>().DistinctBy(f => f.Name).Where(f => !Loops(f))]);

    private static bool Loops(Function function) => function.Nodes.Any(n => Captures.Subgraphs(n).Any());
}
