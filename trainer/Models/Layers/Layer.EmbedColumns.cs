using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Features;

namespace Anneal.Trainer.Models;

public abstract partial record Layer
{
    /// <summary>Replaces the ids of embedded columns, the last features of a table, by trained vectors: [N, F] becomes [N, F - columns + widths].</summary>
    /// <param name="Name">The layer's name.</param>
    /// <param name="Origin">The user's line.</param>
    /// <param name="Columns">The embedded columns, in the order of their ids.</param>
    /// <remarks>The id -1 gives zeros. A vector begins with a length of about 1.</remarks>
    public sealed record EmbedColumns(string Name, Origin Origin, IReadOnlyList<EmbeddedColumn> Columns) : Layer(Name, Origin)
    {
        /// <inheritdoc/>
        public override Value Apply(LayerContext context, Value x)
        {
            GraphBuilder g = context.Graph;
            int first = x.Shape[1].Size - Columns.Count;
            List<Value> parts = first > 0 ? [Part(g, x, 0, first)] : [];
            for (int i = 0; i < Columns.Count; i++)
            {
                EmbeddedColumn column = Columns[i];
                Initialization initializer = new Initialization(Initializer.Auto).For(Activation.Linear);
                Value vectors = context.Weight($"{Name}.{column.Name}", initializer, column.Width, column.Ids, column.Ids, column.Width);
                Value id = g.Cast(Part(g, x, first + i, 1), DType.Int64);
                Value isKnown = g.Cast(g.Greater(id, g.Scalar(-1, DType.Int64)), DType.Float);
                Value found = g.Node("Gather", [vectors, g.Squeeze(g.Node("Max", [id, g.Scalar(0, DType.Int64)]), 1)]);
                parts.Add(g.Mul(found, isKnown));
            }

            return parts.Count == 1 ? parts[0] : g.Node("Concat", [.. parts], Attributes.Of(("axis", 1L)));
        }

        private static Value Part(GraphBuilder g, Value x, int start, int count) =>
            g.Node("Slice", [x, g.Longs(start), g.Longs(start + count), g.Longs(1)]);
    }
}
