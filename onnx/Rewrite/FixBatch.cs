using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Rewrite;

/// <summary>Gives the batch a size, so that all that is computed of sizes is known ahead of running.</summary>
/// <remarks>On another device than the CPU sizes are computed on the host, and whatever follows from nothing else goes there after them.</remarks>
public static class FixBatch
{
    /// <summary>The name of the batch's size: that of the first free dimension of an input that is given for each run.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="state">Its state.</param>
    /// <returns>The name; null where no first dimension is free.</returns>
    public static string? SymbolOf(Graph graph, IReadOnlyList<StateBinding> state) => graph.FeedsOf(state)
        .Select(i => i.Type.Shape is { Rank: > 0 } shape ? shape[0].Symbol : null)
        .FirstOrDefault(s => s is not null);

    /// <summary>Applies the pass.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="symbol">The name of the batch's size.</param>
    /// <param name="rows">The size.</param>
    /// <returns>The graph with the size in the place of the name.</returns>
    public static Graph Apply(Graph graph, string symbol, int rows) => graph with
    {
        Inputs = [.. graph.Inputs.Select(i => i with { Type = Fixed(i.Type, symbol, rows) })],
        Outputs = [.. graph.Outputs.Select(o => o with { Type = Fixed(o.Type, symbol, rows) })],
        Values = graph.Values.SetItems(graph.Values.Select(v => KeyValuePair.Create(v.Key, Fixed(v.Value, symbol, rows)))),
    };

    private static TensorType Fixed(TensorType type, string symbol, int rows) =>
        type.Shape is { } shape ? TensorType.Of(type.Type, [.. shape.Dims.Select(d => d.Symbol == symbol ? Dim.Of(rows) : d)]) : type;
}
