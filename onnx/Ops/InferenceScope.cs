using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>What a shape rule sees: the node and what is known of its inputs.</summary>
public sealed class InferenceScope
{
    private readonly TensorType?[] _inputs;
    private readonly Tensor?[] _constants;

    /// <summary>Creates the scope of one node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="inputs">The type of each input; null where it is left out.</param>
    /// <param name="constants">The value of each input that is known ahead of running; null elsewhere.</param>
    public InferenceScope(Node node, TensorType?[] inputs, Tensor?[] constants)
    {
        Node = node;
        _inputs = inputs;
        _constants = constants;
    }

    /// <summary>The node.</summary>
    public Node Node { get; }

    /// <summary>The node's attributes.</summary>
    public Attributes Attributes => Node.Attributes;

    /// <summary>The number of inputs.</summary>
    public int InputCount => _inputs.Length;

    /// <summary>Whether an input is given.</summary>
    /// <param name="index">The input's index.</param>
    /// <returns>False when it is past the end or left out.</returns>
    public bool Has(int index) => index < _inputs.Length && _inputs[index] is not null;

    /// <summary>The type of an input that must be there.</summary>
    /// <param name="index">The input's index.</param>
    /// <returns>The type.</returns>
    public TensorType In(int index) => Has(index) ? _inputs[index]! : throw Error($"input {index} is missing");

    /// <summary>The element type of an input.</summary>
    /// <param name="index">The input's index.</param>
    /// <returns>The element type.</returns>
    public DType Type(int index) => In(index).Type;

    /// <summary>The shape of an input, or null when its rank is not known.</summary>
    /// <param name="index">The input's index.</param>
    /// <returns>The shape.</returns>
    public TensorShape? Shape(int index) => In(index).Shape;

    /// <summary>The value of an input that is known ahead of running, or null.</summary>
    /// <param name="index">The input's index.</param>
    /// <returns>The value.</returns>
    public Tensor? Constant(int index) => index < _constants.Length ? _constants[index] : null;

    /// <summary>The integers of a constant input of int32 or int64, or null when it is not known.</summary>
    /// <param name="index">The input's index.</param>
    /// <returns>The values.</returns>
    public long[]? Integers(int index) => Constant(index) switch
    {
        null => null,
        { Type: DType.Int64 } t => t.Span<long>().ToArray(),
        { Type: DType.Int32 } t => [.. t.Span<int>().ToArray().Select(v => (long)v)],
        Tensor t => throw Error($"input {index} is {t}, expected int32 or int64"),
    };

    /// <summary>An axis attribute or value brought into the range of a rank.</summary>
    /// <param name="axis">The axis; negative ones count from the end.</param>
    /// <param name="rank">The rank.</param>
    /// <returns>The axis from 0 to rank - 1.</returns>
    /// <exception cref="AnnealException">The axis is out of range.</exception>
    public int Axis(long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw Error($"axis {axis} is out of range for rank {rank}");

    /// <summary>The shape that two shapes broadcast to.</summary>
    /// <param name="a">One shape.</param>
    /// <param name="b">The other.</param>
    /// <returns>The common shape, or null when a rank is not known.</returns>
    /// <exception cref="AnnealException">The shapes do not broadcast.</exception>
    public TensorShape? Broadcast(TensorShape? a, TensorShape? b)
    {
        if (a is not { } x || b is not { } y)
        {
            return null;
        }

        int rank = Math.Max(x.Rank, y.Rank);
        var dims = new Dim[rank];
        for (int i = 1; i <= rank; i++)
        {
            Dim p = i <= x.Rank ? x[-i] : 1;
            Dim q = i <= y.Rank ? y[-i] : 1;
            dims[rank - i] = (p, q) switch
            {
                _ when p == q => p,
                ({ Size: 1 }, _) => q,
                (_, { Size: 1 }) => p,
                ({ IsKnown: true }, { IsKnown: true }) => throw Error($"shapes {x} and {y} do not broadcast"),
                ({ IsKnown: true }, _) => p,
                (_, { IsKnown: true }) => q,
                _ => Dim.Unknown,
            };
        }

        return new TensorShape(dims);
    }

    /// <summary>An error that names the node.</summary>
    /// <param name="text">What is wrong.</param>
    /// <param name="hint">What to do.</param>
    /// <returns>The error.</returns>
    public AnnealException Error(string text, string? hint = null) => AnnealException.BadData(text, hint).In(Node);

    /// <summary>An error about what the standard allows and this op does not do here.</summary>
    /// <param name="text">What it is.</param>
    /// <param name="hint">What to do.</param>
    /// <returns>The error.</returns>
    public AnnealException NotSupported(string text, string? hint = null) => AnnealException.NotSupported(text, [Node.OpType], hint).In(Node);
}
