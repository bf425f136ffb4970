using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Rewrite;

/// <summary>Rewrites of a graph in a fixed, visible order; the result of each is checked.</summary>
/// <param name="passes">The passes with the names that errors carry.</param>
public sealed class PassPipeline(params (string Name, Func<Graph, Graph> Apply)[] passes)
{
    /// <summary>The names of the passes, in order.</summary>
    public IEnumerable<string> Names => passes.Select(p => p.Name);

    /// <summary>Runs all passes.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>The rewritten graph.</returns>
    /// <exception cref="AnnealException">A pass left a graph that is not whole; the error says <c>after pass NAME</c>.</exception>
    public Graph Run(Graph graph)
    {
        foreach ((string name, Func<Graph, Graph> apply) in passes)
        {
            graph = apply(graph);
            try
            {
                GraphChecker.Check(graph);
            }
            catch (AnnealException e)
            {
                throw e.In($"after pass {name}");
            }
        }

        return graph;
    }
}
