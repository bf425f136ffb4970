using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models;

/// <summary>A value [N, T, F] as the matrix [N·T, F] that products take, and back.</summary>
internal static class Sequence
{
    /// <summary>Complains unless a layer's input is a sequence of known length and width.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="kind">The layer's key.</param>
    /// <param name="x">Its input.</param>
    /// <exception cref="AnnealException">The input is no [N, T, F].</exception>
    public static void Check(Layer layer, string kind, Value x)
    {
        if (x.Rank != 3 || !x.Shape[1].IsKnown || !x.Shape[2].IsKnown)
        {
            throw AnnealException.BadUsage($"layer '{layer.Name}' ({kind}) takes [N,time,features], got {x.Shape}").In(layer.Origin.ToString());
        }
    }

    /// <summary>The rows of all sequences, [N·T, F]: those that the sequences were split from, where they were.</summary>
    public static Value Rows(GraphBuilder g, Value x)
    {
        Node? node = g.Nodes.LastOrDefault(n => n.Outputs.Contains(x.Name));
        return node is { Domain: "", OpType: "Reshape" } && g[node.Inputs[0]] is { Rank: 2 } rows && rows.Shape[1] == x.Shape[2]
            ? rows
            : g.Reshape(x, -1, x.Shape[2].Size);
    }

    /// <summary>Rows as sequences of a length, [N, T, F].</summary>
    public static Value Split(GraphBuilder g, Value rows, int length) => g.Reshape(rows, -1, length, rows.Shape[1].Size);
}
