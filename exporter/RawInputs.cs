using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Exporter;

/// <summary>The inputs of the deployable, in the form that its signature names, and the nodes that make of them what the preprocessing reads.</summary>
internal static class RawInputs
{
    /// <summary>Adds the inputs.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="raw">What the preprocessing reads: a table's columns, [N, 1] each, or one array.</param>
    /// <param name="signature">The form.</param>
    /// <returns>The value of each of <paramref name="raw"/>.</returns>
    public static Dictionary<string, Value> Add(GraphBuilder g, IReadOnlyList<ValueInfo> raw, ModelSignature signature)
    {
        if (signature.Layout != ImageLayout.AsRead)
        {
            return raw.ToDictionary(r => r.Name, r => Image(g, r, signature.Layout), StringComparer.Ordinal);
        }

        return RawRows.Joined(signature) is { } joined
            ? Columns(g, raw, joined)
            : raw.ToDictionary(r => r.Name, r => g.Input(r.Name, r.Type), StringComparer.Ordinal);
    }

    private static Dictionary<string, Value> Columns(GraphBuilder g, IReadOnlyList<ValueInfo> raw, SignatureInput joined)
    {
        TensorType type = raw[0].Type;
        if (raw.FirstOrDefault(r => r.Type.Type != type.Type) is { } other)
        {
            throw AnnealException.BadUsage(
                $"column '{raw[0].Name}' is {type.Type.Name()} and column '{other.Name}' {other.Type.Type.Name()}, and one tensor has one element type", "export inputs: columns");
        }

        Value x = g.Input(joined.Name, TensorType.Of(type.Type, type.Shape!.Value[0], joined.Columns.Length));
        using IDisposable scope = g.Scope(joined.Name);
        return raw.ToDictionary(
            r => r.Name,
            r => g.Node("Gather", [x, g.Longs(joined.Columns.IndexOf(r.Name))], Attributes.Of(("axis", 1L))),
            StringComparer.Ordinal);
    }

    private static Value Image(GraphBuilder g, ValueInfo raw, ImageLayout layout)
    {
        TensorShape shape = raw.Type.Shape!.Value;
        bool isGrey = shape.Rank == 3;
        (Dim channels, Dim height, Dim width) = isGrey ? (Dim.Of(1), shape[1], shape[2]) : (shape[1], shape[2], shape[3]);
        Value x = g.Input(raw.Name, TensorType.Of(raw.Type.Type, layout == ImageLayout.Nchw ? [shape[0], channels, height, width] : [shape[0], height, width, channels]));
        using IDisposable scope = g.Scope(raw.Name);
        return isGrey ? g.Squeeze(x, layout == ImageLayout.Nchw ? 1 : 3)
            : layout == ImageLayout.Nchw ? x
            : g.Transpose(x, 0, 3, 1, 2);
    }
}
