using System.Collections.Frozen;
using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models.Import;

/// <summary>Which inputs of a graph's nodes are weights: what training changes in a model that came from elsewhere.</summary>
/// <remarks>
/// An op that has weights says so by its name. A constant of several elements that is added, subtracted, multiplied or divided counts behind the first such op
/// (a bias beside its product, a scale of a norm in parts), not before it (normalised inputs). Transposed, reshaped and passed-on constants count as they are.
/// </remarks>
internal sealed class WeightSites
{
    // Op → its inputs that are weights; those marked true decay.
    private static readonly FrozenDictionary<string, (int Input, bool Decays)[]> s_ops = new Dictionary<string, (int, bool)[]>(StringComparer.Ordinal)
    {
        ["BatchNormalization"] = [(1, false), (2, false)],
        ["Conv"] = [(1, true), (2, false)],
        ["ConvTranspose"] = [(1, true), (2, false)],
        ["Einsum"] = [(0, true), (1, true), (2, true)],
        ["GRU"] = [(1, true), (2, true), (3, false)],
        ["Gather"] = [(0, true)],
        ["Gemm"] = [(0, true), (1, true), (2, false)],
        ["GroupNormalization"] = [(1, false), (2, false)],
        ["InstanceNormalization"] = [(1, false), (2, false)],
        ["LSTM"] = [(1, true), (2, true), (3, false), (7, false)],
        ["LayerNormalization"] = [(1, false), (2, false)],
        ["MatMul"] = [(0, true), (1, true)],
        ["PRelu"] = [(1, false)],
        ["RNN"] = [(1, true), (2, true), (3, false)],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_elementwise = new[] { "Add", "Div", "Mul", "Sub" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_views = new[] { "Cast", "DequantizeLinear", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze" }.ToFrozenSet(StringComparer.Ordinal);

    private readonly ImmutableSortedDictionary<string, Tensor> _initializers;
    private readonly Dictionary<string, Node> _producers;

    /// <summary>Looks at a graph.</summary>
    /// <param name="graph">The graph.</param>
    public WeightSites(Graph graph)
    {
        _initializers = graph.Initializers;
        _producers = graph.Nodes.SelectMany(n => n.Outputs.Where(o => o.Length > 0).Select(o => (o, n))).ToDictionary(p => p.o, p => p.n, StringComparer.Ordinal);
    }

    /// <summary>The weights of a node whose op has some by its name.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The initializers.</returns>
    public IEnumerable<Weight> Of(Node node) => node.Domain.Length == 0 && s_ops.TryGetValue(node.OpType, out (int Input, bool Decays)[]? inputs)
        ? inputs.Where(i => node.HasInput(i.Input)).Select(i => (i.Decays, Name: SourceOf(node.Inputs[i.Input]), At: i.Input)).Where(i => i.Name is not null && IsNumber(_initializers[i.Name]))
            .Select(i => new Weight(i.Name!, _initializers[i.Name!], i.Decays) { IsTransposed = node is { OpType: "Gemm" } && i.At == 1 && node.Attributes.Int("transB", 0) != 0 })
        : [];

    /// <summary>The weights of a node that works element by element, behind one that has weights by its name.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The initializers.</returns>
    public IEnumerable<Weight> Beside(Node node) => node.Domain.Length == 0 && s_elementwise.Contains(node.OpType)
        ? node.Inputs.Select(SourceOf).OfType<string>().Where(name => IsNumber(_initializers[name]) && IsBeside(node, _initializers[name]))
            .Select(name => new Weight(name, _initializers[name], Decays: false))
        : [];

    private static bool IsNumber(Tensor tensor) => tensor.Type is DType.Float or DType.Float16 or DType.BFloat16 or DType.Double or DType.Int8 or DType.UInt8;

    // One number is a bias where it is added to a product, and a constant of the formula elsewhere.
    private bool IsBeside(Node node, Tensor tensor) => tensor.Length > 1
        || (tensor.Rank > 0 && node.OpType == "Add" && node.Inputs.Any(i => _producers.GetValueOrDefault(i) is { OpType: "MatMul" or "Conv" }));

    private string? SourceOf(string value)
    {
        while (!_initializers.ContainsKey(value))
        {
            if (_producers.GetValueOrDefault(value) is not { Domain: "" } node || !s_views.Contains(node.OpType))
            {
                return null;
            }

            value = node.Inputs[0];
        }

        return value;
    }
}
