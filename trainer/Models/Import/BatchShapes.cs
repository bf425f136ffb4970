using Anneal.Onnx;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models.Import;

/// <summary>Says a Reshape's shape as a constant where it is put together of known sizes and the batch's: exporters compute it from the value's own shape.</summary>
internal static class BatchShapes
{
    // Stands for the batch's size among sizes.
    private const long Batch = long.MinValue;

    /// <summary>Applies the rewrite; the first dimension of each input is the batch's.</summary>
    /// <param name="graph">The graph.</param>
    /// <returns>A graph that computes the same; as it is from the first node on that does not fit its op.</returns>
    public static Graph Apply(Graph graph)
    {
        var inference = new TypeInference();
        foreach (ValueInfo input in graph.Inputs)
        {
            inference.Declare(input.Name, input.Type.Shape is { Rank: > 0 } shape ? new TensorType(input.Type.Type, new TensorShape([Dim.Of("N"), .. shape.Dims.Skip(1)])) : input.Type);
        }

        foreach ((string name, Tensor tensor) in graph.Initializers)
        {
            inference.Declare(name, tensor);
        }

        var producers = new Producers(graph);
        var constants = graph.Initializers.ToBuilder();
        var nodes = new List<Node>();
        bool isOpen = true;
        foreach (Node node in graph.Nodes)
        {
            Node kept = node;
            if (isOpen && node is { Domain: "", OpType: "Reshape" } && node.Attributes.Int("allowzero", 0) == 0 && Constant(node, inference, producers) is { } shape)
            {
                string name = node.Outputs[0] + "/shape";
                kept = constants.TryAdd(name, shape) ? node with { Inputs = [node.Inputs[0], name] } : node;
                inference.Declare(name, shape);
            }

            nodes.Add(kept);
            try
            {
                if (isOpen)
                {
                    inference.Add(kept);
                }
            }
            catch (AnnealException)
            {
                isOpen = false;
            }
        }

        return graph with { Nodes = [.. nodes], Initializers = constants.ToImmutable() };
    }

    private static Tensor? Constant(Node reshape, TypeInference inference, Producers producers)
    {
        if (inference.Constants.ContainsKey(reshape.Inputs[1]) || Sizes(reshape.Inputs[1], inference, producers) is not { } sizes)
        {
            return null;
        }

        bool isFirst = sizes.Length > 0 && sizes[0] == Batch && inference.Types[reshape.Inputs[0]].Shape is { Rank: > 0 } from && !from[0].IsKnown;
        long[] known = [.. sizes.Select((s, i) => s != Batch ? s : i == 0 && isFirst ? 0 : -1)];
        return known.Count(s => s == -1) <= 1 ? Tensor.Vector<long>(known) : null;
    }

    private static long[]? Sizes(string value, TypeInference inference, Producers producers)
    {
        if (inference.Constants.TryGetValue(value, out Tensor? constant))
        {
            return constant.Type == DType.Int64 ? constant.Span<long>().ToArray() : null;
        }

        if (producers.Of(value) is not { Domain: "" } node)
        {
            return null;
        }

        switch (node.OpType)
        {
            case "Shape" when inference.Types.GetValueOrDefault(node.Inputs[0])?.Shape is { } shape && node.Attributes.Count == 0:
                long?[] dims = [.. shape.Dims.Select((d, i) => d.IsKnown ? d.Size : i == 0 ? Batch : (long?)null)];
                return dims.All(d => d is not null) ? [.. dims.Select(d => d!.Value)] : null;
            case "Identity" or "Squeeze" or "Unsqueeze" or "Cast" or "Reshape":
                return Sizes(node.Inputs[0], inference, producers);
            case "Concat":
                long[]?[] parts = [.. node.Inputs.Select(i => Sizes(i, inference, producers))];
                return parts.Any(p => p is null) ? null : [.. parts.SelectMany(p => p!)];
            case "Gather" when Sizes(node.Inputs[0], inference, producers) is { } all && inference.Constants.GetValueOrDefault(node.Inputs[1]) is { Type: DType.Int64 } places:
                return [.. places.Span<long>().ToArray().Select(p => all[p < 0 ? p + all.Length : p])];
            case "Slice" when node.Inputs.Length == 3 || (node.Inputs.Length == 4 && inference.Constants.GetValueOrDefault(node.Inputs[3]) is { Length: 1 }):
                return Sizes(node.Inputs[0], inference, producers) is { } sizes && Bound(node.Inputs[1], sizes.Length) is { } start && Bound(node.Inputs[2], sizes.Length) is { } end && start <= end
                    ? sizes[start..end]
                    : null;
            default:
                return null;
        }

        int? Bound(string name, int length) => inference.Constants.GetValueOrDefault(name) is { Type: DType.Int64, Length: 1 } bound
            ? (int)Math.Clamp(bound.Span<long>()[0] < 0 ? bound.Span<long>()[0] + length : bound.Span<long>()[0], 0, length)
            : null;
    }
}
