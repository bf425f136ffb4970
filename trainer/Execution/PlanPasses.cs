using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;

namespace Anneal.Trainer.Execution;

/// <summary>The rewrites that a graph goes through before it is compiled, in order.</summary>
public static class PlanPasses
{
    /// <summary>The passes by name.</summary>
    public static PassPipeline All { get; } = new(
        ("DeadNodes", DeadNodes.Apply),
        ("ConstantFolding", ConstantFolding.Apply),
        ("CommonSubexpressions", CommonSubexpressions.Apply),
        ("FuseGemmRelu", FuseGemmRelu.Apply),
        ("FuseGemmAdam", FuseGemmAdam.Apply),
        ("FuseConvRelu", FuseConvRelu.Apply),
        ("FuseNormSum", FuseNormSum.Apply),
        ("DeadNodes", DeadNodes.Apply));

    /// <summary>Applies all passes.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same outputs.</returns>
    public static Graph Apply(Graph graph) => All.Run(graph);
}
