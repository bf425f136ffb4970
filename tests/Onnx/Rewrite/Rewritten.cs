using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Tests.Cases;

namespace Anneal.Tests.Onnx.Rewrite;

/// <summary>A graph after a pass that was found to compute the same outputs from the same inputs.</summary>
internal static class Rewritten
{
    /// <summary>Applies a pass and drops what it left unread.</summary>
    /// <param name="graph">The graph, whose inputs have known sizes.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="tolerance">The largest |a - b| / (1 + |b|) of an output; 0 for the same bits.</param>
    public static Graph By(Graph graph, Func<Graph, Graph> pass, double tolerance = 0)
    {
        Graph result = new PassPipeline(("the pass", pass), ("DeadNodes", DeadNodes.Apply)).Run(graph);
        Dictionary<string, Tensor> feeds = graph.Inputs.Select((x, i) => (x.Name, Value: Feed(x.Type, i))).ToDictionary(p => p.Name, p => p.Value);
        IReadOnlyDictionary<string, Tensor> before = GraphEvaluator.Run(graph, feeds);
        IReadOnlyDictionary<string, Tensor> after = GraphEvaluator.Run(result, feeds);
        foreach (string output in graph.Outputs.Select(o => o.Name))
        {
            if (tolerance > 0)
            {
                Compare.Close(after[output], before[output], tolerance, output);
            }
            else
            {
                Compare.Same(after[output], before[output], output);
            }
        }

        return result;
    }

    public static string[] Ops(this Graph graph) => [.. graph.Nodes.Select(n => n.OpType)];

    private static Tensor Feed(TensorType type, int salt)
    {
        int[] shape = type.Shape!.Value.ToSizes();
        return Tensor.Of<float>(shape, [.. Sample.Real(shape, salt: salt).Span<double>().ToArray().Select(v => (float)v)]);
    }
}
