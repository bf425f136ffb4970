using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The standard ops that the bodies of recurrent ops share: order of time, ends of sequences, shapes. Values over time are [T, D, N, width].</summary>
internal sealed class RecurrentBody
{
    private readonly BodyBuilder _b;
    private readonly string _reverse;

    public RecurrentBody(BodyBuilder b)
    {
        _b = b;
        _reverse = b.Op("Cast", Attributes.Of(("to", (long)DType.Bool)), b.Op("Reshape", b.IntsAttribute("reverse"), b.Constant(Tensor.Vector(1L, -1, 1, 1))));
        Steps = Size("X", 0);
        string directions = Size("W", 0);
        string batch = Size("X", 1);
        string hidden = Size("R", 2);
        State = Joined(0, directions, batch, hidden);
        Y = Joined(0, Steps, State);
        string zero = b.Constant(Tensor.Scalar(0L));
        string one = b.Constant(Tensor.Scalar(1L));
        string times = b.Op("Reshape", b.Op("Range", zero, b.Op("Squeeze", Steps), one), b.Constant(Tensor.Vector(-1L, 1, 1, 1)));
        string ends = b.Op("Reshape", b.Op("Cast", Attributes.Of(("to", (long)DType.Int64)), "sequence_lens"), b.Constant(Tensor.Vector(1L, 1, -1, 1)));
        string runs = b.Op("Expand", b.Op("Less", times, ends), Joined(0, Steps, directions, batch, b.Constant(Tensor.Vector(1L))));
        Runs = b.Op("CastLike", runs, "X");
    }

    /// <summary>T, int64 [1].</summary>
    public string Steps { get; }

    /// <summary>The shape of a state, [D, N, H].</summary>
    public string State { get; }

    /// <summary>The shape of Y, [T, D, N, H].</summary>
    public string Y { get; }

    /// <summary>1 where a sequence still runs, else 0: [T, D, N, 1].</summary>
    public string Runs { get; }

    /// <summary>A size of an input, int64 [1].</summary>
    public string Size(string input, long axis) => _b.Op("Shape", Attributes.Of(("start", axis), ("end", axis + 1)), input);

    /// <summary>Values side by side along an axis.</summary>
    public string Joined(long axis, params string[] values) => _b.Op("Concat", Attributes.Of(("axis", axis)), values);

    /// <summary>From the order of time to the order in which the directions go, and back.</summary>
    public string Ordered(string x) => _b.Op("Where", _reverse, Backwards(x), x);

    /// <summary>From the order of time to that in which the gradient goes, and back.</summary>
    public string Returning(string x) => _b.Op("Where", _reverse, x, Backwards(x));

    /// <summary>One value for directions that go backwards in time, another for the rest.</summary>
    public string Choose(string reverse, string forward) => _b.Op("Where", _reverse, reverse, forward);

    /// <summary>The dimensions of time and direction exchanged.</summary>
    public string Turned(string x) => _b.Op("Transpose", Attributes.Of(("perm", new long[] { 1, 0, 2, 3 })), x);

    /// <summary>Part of the first dimension; the end is left out.</summary>
    public string Times(string x, long start, long end) =>
        _b.Op("Slice", x, _b.Constant(Tensor.Vector(start)), _b.Constant(Tensor.Vector(end)), _b.Constant(Tensor.Vector(0L)));

    /// <summary>R with its last two dimensions exchanged.</summary>
    public string Across(string weights) => _b.Op("Transpose", Attributes.Of(("perm", new long[] { 0, 2, 1 })), weights);

    /// <summary>An integer attribute as a condition.</summary>
    public string Flag(string attribute) => _b.Op("Cast", Attributes.Of(("to", (long)DType.Bool)), _b.IntAttribute(attribute));

    /// <summary>B as [D, 2, G·H]: the biases of the input's products and of the recurrent ones.</summary>
    public string Biases()
    {
        string shape = Joined(0, Size("W", 0), _b.Constant(Tensor.Vector(2L)), Size("W", 1));
        string both = _b.Op("Mul", Size("W", 1), _b.Constant(Tensor.Vector(2L)));
        return _b.Op("Reshape", _b.Op("Expand", "B", Joined(0, Size("W", 0), both)), shape);
    }

    /// <summary>X·W, [T, D, N, G·H].</summary>
    public string Projected() => _b.Op("MatMul", _b.Op("Unsqueeze", "X", _b.Constant(Tensor.Vector(1L))), Across("W"));

    /// <summary>All states of time order with the first one before or after them, as the directions go: [D, T + 1, N, width].</summary>
    public string WithFirst(string first, string states)
    {
        string step = _b.Op("Unsqueeze", first, _b.Constant(Tensor.Vector(0L)));
        return Turned(Choose(Joined(0, states, step), Joined(0, step, states)));
    }

    /// <summary>The gradients of X, W, R and B from those of the gates in time order.</summary>
    /// <param name="dInput">Those that the input's products get.</param>
    /// <param name="dRecurrent">Those that the recurrent ones get.</param>
    /// <param name="dR">The gradient of R.</param>
    public void ReturnWeights(string dInput, string dRecurrent, string dR)
    {
        _b.Return("dX", Einsum("tdng,dgi->tni", dInput, "W"));
        _b.Return("dW", Einsum("tdng,tni->dgi", dInput, "X"));
        _b.Return("dR", dR);
        _b.Return("dB", Joined(1, Einsum("tdng->dg", dInput), Einsum("tdng->dg", dRecurrent)));
    }

    /// <summary>A sum of products.</summary>
    public string Einsum(string equation, params string[] inputs) => _b.Op("Einsum", Attributes.Of(("equation", equation)), inputs);

    private string Backwards(string x) => _b.Op(
        "Slice", x, _b.Constant(Tensor.Vector(-1L)), _b.Constant(Tensor.Vector(-long.MaxValue)), _b.Constant(Tensor.Vector(0L)), _b.Constant(Tensor.Vector(-1L)));
}
