using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Data;

/// <summary>Some rows of a table as a step takes them.</summary>
/// <param name="Features">The step's batch inputs, [all rows, ...] each.</param>
/// <param name="Target">What to predict, [all rows].</param>
/// <param name="Rows">The rows meant.</param>
public sealed record RowSet(IReadOnlyList<Tensor> Features, Tensor Target, int[] Rows);
