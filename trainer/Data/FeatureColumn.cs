using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data.Images;

namespace Anneal.Trainer.Data;

/// <summary>A raw input of the model, one item a row.</summary>
/// <param name="Name">Its name, which the exported model's input bears.</param>
/// <param name="Kind">number or category for a table's column; null for an array.</param>
/// <param name="Values">float or string [rows, 1] from a table; any numeric type [rows, ...] from an array file.</param>
public sealed record FeatureColumn(string Name, ColumnKind? Kind, Tensor Values)
{
    /// <summary>The sizes of the image files that were stretched to the rows' size; null of anything else.</summary>
    public ImageSizes? SourceSizes { get; init; }
}
