using Anneal.Onnx.Ir;

namespace Anneal.Onnx;

/// <summary>What of a graph with state passes through the caller's hands in every run.</summary>
public static class GraphPorts
{
    /// <summary>The inputs that a run is given: those that are neither state nor hold a value of their own.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="state">Its state.</param>
    /// <returns>The inputs, in order.</returns>
    public static IEnumerable<ValueInfo> FeedsOf(this Graph graph, IReadOnlyList<StateBinding> state)
    {
        HashSet<string> kept = [.. state.Select(s => s.Input)];
        return graph.Inputs.Where(i => !graph.Initializers.ContainsKey(i.Name) && !kept.Contains(i.Name));
    }

    /// <summary>The outputs that a run gives: those that replace no state.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="state">Its state.</param>
    /// <returns>The outputs, in order.</returns>
    public static IEnumerable<ValueInfo> FetchesOf(this Graph graph, IReadOnlyList<StateBinding> state)
    {
        HashSet<string> replaced = [.. state.Select(s => s.Output)];
        return graph.Outputs.Where(o => !replaced.Contains(o.Name));
    }
}
