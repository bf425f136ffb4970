using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Features;

/// <summary>Features of a table while they are fitted, in the order of the result: numbers, indicators, ids of embedded columns.</summary>
internal sealed class TableGraph(GraphBuilder graph)
{
    private readonly List<(Value Values, IReadOnlyList<string> Names)> _numbers = [];
    private readonly List<(Value Values, IReadOnlyList<string> Names)> _indicators = [];
    private readonly List<(Value Values, EmbeddedColumn Column)> _ids = [];

    public GraphBuilder Graph => graph;

    public List<string> Warnings { get; } = [];

    public IReadOnlyList<string> Names => [.. _numbers.Concat(_indicators).SelectMany(n => n.Names), .. _ids.Select(i => i.Column.Name)];

    public IReadOnlyList<EmbeddedColumn> Embedded => [.. _ids.Select(i => i.Column)];

    /// <summary>Adds features, float [N, names].</summary>
    public void Number(Value values, params IReadOnlyList<string> names) => _numbers.Add((values, names));

    /// <summary>Adds features that are 0 or 1, bool [N, names].</summary>
    public void Indicator(Value values, params IReadOnlyList<string> names) => _indicators.Add((values, names));

    /// <summary>Adds the ids of an embedded column, int64 [N, 1].</summary>
    public void Ids(Value values, EmbeddedColumn column) => _ids.Add((values, column));

    /// <summary>All features side by side, float [N, F].</summary>
    public Value Features()
    {
        List<Value> parts = [.. _numbers.Select(n => n.Values)];
        if (_indicators.Count > 0)
        {
            parts.Add(graph.Cast(Concat([.. _indicators.Select(i => i.Values)]), DType.Float));
        }

        if (_ids.Count > 0)
        {
            parts.Add(graph.Cast(Concat([.. _ids.Select(i => i.Values)]), DType.Float));
        }

        return Concat(parts);
    }

    /// <summary>Values side by side.</summary>
    public Value Concat(IReadOnlyList<Value> parts) =>
        parts.Count == 1 ? parts[0] : graph.Node("Concat", [.. parts], Attributes.Of(("axis", 1L)));
}
