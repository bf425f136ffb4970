using System.Globalization;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Lowering;

/// <summary>What must hold of a step that ONNX Runtime is to capture as a CUDA graph: fixed shapes, no control flow, nothing that a replay would find in the host's memory.</summary>
/// <remarks>
/// A replay starts the same kernels with the same arguments: shapes, addresses, and the pointers to lists that a kernel had written into pinned memory of the host, which is another's by then.
/// Kernels that pass such lists are those of ScatterND, of recurrent layers in cuDNN, of Concat and Split with unequal or more than 32 parts, and of products whose batches differ.
/// </remarks>
public static class CaptureRules
{
    private const int PartsByValue = 32;

    private static readonly HashSet<string> s_dataShapes = new(["Compress", "NonMaxSuppression", "NonZero", "Unique"], StringComparer.Ordinal);
    private static readonly HashSet<string> s_hostLists = new(["GRU", "LSTM", "RNN", "ScatterND"], StringComparer.Ordinal);

    /// <summary>The first rule that a step breaks.</summary>
    /// <param name="graph">The lowered graph, of a fixed batch.</param>
    /// <param name="state">Its state.</param>
    /// <returns>What breaks it, by name; null where nothing does.</returns>
    public static string? Broken(Graph graph, IReadOnlyList<StateBinding> state)
    {
        return graph.FeedsOf(state).Select(OfInput).FirstOrDefault(r => r is not null)
            ?? graph.FetchesOf(state).Select(OfOutput).FirstOrDefault(r => r is not null)
            ?? graph.Nodes.Select(OfKind).FirstOrDefault(r => r is not null)
            ?? OfShapes(graph);
    }

    private static string? OfInput(ValueInfo feed) =>
        feed.Type.Type == DType.String ? $"input '{feed.Name}' holds strings"
        : feed.Type.Shape is not { IsStatic: true } ? $"input '{feed.Name}' is {feed.Type}, and the batch does not fix its shape"
        : null;

    private static string? OfOutput(ValueInfo output) =>
        output.Type is { Type: not DType.String, Shape.IsStatic: true } ? null : $"output '{output.Name}' is {output.Type}, which has no fixed place to be read from";

    private static string? OfKind(Node node) =>
        node.Domain == Model.AnnealDomain ? Of(node, "its body is a loop")
        : Captures.Subgraphs(node).Any() ? Of(node, "it is control flow")
        : s_dataShapes.Contains(node.OpType) ? Of(node, "the shape of what it gives depends on the data")
        : node.OpType is "Shape" or "Size" ? Of(node, "its result is the host's")
        : s_hostLists.Contains(node.OpType) ? Of(node, "its kernel reads a list in the host's memory")
        : null;

    private static string? OfShapes(Graph graph)
    {
        IReadOnlyDictionary<string, TensorType> types = TypeInference.Of(graph).Types;
        foreach (Node node in graph.Nodes)
        {
            TensorType[] inputs = [.. node.Inputs.Where(i => i.Length > 0).Select(i => types[i])];
            TensorType[] outputs = [.. node.Outputs.Where(o => o.Length > 0).Select(o => types[o])];
            if (inputs.Concat(outputs).Any(t => t.Type == DType.String))
            {
                return Of(node, "it works on strings");
            }

            if (outputs.FirstOrDefault(o => o.Shape is not { IsStatic: true }) is { } open)
            {
                return Of(node, $"it gives {open}, whose shape the batch does not fix");
            }

            string? list = node.OpType switch
            {
                "Concat" => ListOf(inputs),
                "Split" => ListOf(outputs),
                "MatMul" => HasOneStride(inputs[0].Shape!.Value, inputs[1].Shape!.Value) ? null : "its products have no one stride, so its kernel reads a list in the host's memory",
                _ => null,
            };
            if (list is not null)
            {
                return Of(node, list);
            }
        }

        return null;
    }

    private static string? ListOf(TensorType[] parts) =>
        parts.Length <= PartsByValue && parts.All(p => p.Shape == parts[0].Shape)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"of {parts.Length} parts{(parts.All(p => p.Shape == parts[0].Shape) ? "" : " that are not equal")} its kernel reads a list in the host's memory");

    private static bool HasOneStride(TensorShape a, TensorShape b) =>
        (a.Rank <= 2 && b.Rank <= 2) || (a.Rank >= 3 && b.Rank >= 2 && (b.Rank == 2 || Products(a) == Products(b)));

    private static long Products(TensorShape shape) => shape.Dims.Take(shape.Rank - 2).Aggregate(1L, (n, d) => n * d.Size);

    private static string Of(Node node, string reason) => $"node '{node.Name}' ({node.OpType}): {reason}";
}
