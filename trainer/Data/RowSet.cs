using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Data;

/// <summary>Some rows of a table as a step takes them.</summary>
/// <param name="Features">The step's batch inputs, [all rows, ...] each.</param>
/// <param name="Target">What to predict, [all rows].</param>
/// <param name="Rows">The rows meant.</param>
public sealed record RowSet(IReadOnlyList<Tensor> Features, Tensor Target, int[] Rows)
{
    /// <summary>At most so many of these rows in their order, drawn without replacement: the same ones for a seed.</summary>
    /// <param name="most">The most rows, at least 1.</param>
    /// <param name="seed">The run's seed.</param>
    /// <returns>The rows; all where there are no more.</returns>
    public RowSet Sample(int most, ulong seed) => Rows.Length <= most
        ? this
        : this with { Rows = [.. Permutation.Of(seed, "sample", 0, Rows.Length).Take(most).Order().Select(i => Rows[i])] };
}
