using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;

namespace Anneal.Trainer.Execution;

/// <summary>The rewrites that a graph goes through before it is compiled, in order.</summary>
public static class PlanPasses
{
    /// <summary>The passes over a graph as it is written.</summary>
    public static PassPipeline All { get; } = new(
        ("DeadNodes", DeadNodes.Apply),
        ("ConstantFolding", ConstantFolding.Apply),
        ("CommonSubexpressions", CommonSubexpressions.Apply),
        ("FuseMatMulAdd", FuseMatMulAdd.Apply),
        ("EliminateReshapes", EliminateReshapes.Apply),
        ("EliminateTransposes", EliminateTransposes.Apply),
        ("FuseAttention", FuseAttention.Apply),
        ("FoldBatchNorm", FoldBatchNorm.Apply),
        ("ScaleConvWeights", ScaleConvWeights.Apply),
        ("DeadNodes", DeadNodes.Apply),
        ("FuseGemmRelu", FuseGemmRelu.Apply),
        ("FuseGemmAdam", FuseGemmAdam.Apply),
        ("FuseConvRelu", FuseConvRelu.Apply),
        ("FuseNormSum", FuseNormSum.Apply),
        ("DeadNodes", DeadNodes.Apply));

    /// <summary>The passes over a graph whose inputs have the sizes of one plan.</summary>
    public static PassPipeline Sized { get; } = new(
        ("EliminateReshapes", EliminateReshapes.Apply),
        ("EliminateTransposes", EliminateTransposes.Apply),
        ("DeadNodes", DeadNodes.Apply),
        ("FusePointwise", FusePointwise.Apply));

    /// <summary>Applies the passes that need no sizes.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same outputs.</returns>
    public static Graph Apply(Graph graph) => All.Run(graph);

    /// <summary>Applies the passes that follow once the inputs' sizes are known.</summary>
    /// <param name="graph">What <see cref="Apply(Graph)"/> gave.</param>
    /// <param name="sizes">The types of inputs that are known better than the graph says, by name.</param>
    /// <returns>A graph that computes the same outputs for inputs of these sizes.</returns>
    public static Graph Apply(Graph graph, IReadOnlyDictionary<string, TensorType> sizes) =>
        Sized.Run(graph with { Inputs = [.. graph.Inputs.Select(i => i with { Type = sizes.GetValueOrDefault(i.Name, i.Type) })] });
}
