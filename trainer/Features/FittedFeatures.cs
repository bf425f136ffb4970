using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Features;

/// <summary>Preprocessing with what it learnt from the training rows inside.</summary>
/// <param name="Graph">From the raw inputs, [N, ...] each, to the one output <see cref="FeatureGraph.OutputName"/>: float [N, F] of a table, float [N, ...] of arrays.</param>
/// <param name="Names">The name of each of the F features; empty for arrays.</param>
/// <param name="PerBatch">Whether the raw rows are the smaller ones, so that it is better run batch by batch than once over the table.</param>
/// <param name="Warnings">What the user should know of the data.</param>
public sealed record FittedFeatures(Graph Graph, IReadOnlyList<string> Names, bool PerBatch, IReadOnlyList<string> Warnings)
{
    /// <summary>How many of a table's features, the first ones, are scaled numbers.</summary>
    public int Numbers { get; init; }

    /// <summary>The embedded columns: the table's last features, in this order, are their ids.</summary>
    public IReadOnlyList<EmbeddedColumn> Embedded { get; init; } = [];
}
