using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The gradient of a recurrent op from what <see cref="RecurrentTrain"/> kept: backpropagation through time.</summary>
/// <remarks>A scalar stands for all elements of an output's gradient. dX, [T, N, I], need not be asked for.</remarks>
internal abstract class RecurrentGrad : Op
{
    private readonly Recurrent _op;

    /// <summary>Creates the op.</summary>
    /// <param name="op">The standard's op.</param>
    /// <param name="ownAttribute">The integer attribute that only this op has, or null.</param>
    protected RecurrentGrad(Recurrent op, string? ownAttribute)
    {
        _op = op;
        OwnAttribute = ownAttribute;
        string[] common = ["dY", "dY_h", "X", "W", "R", "sequence_lens", "gates", "states"];
        string[] results = ["dX", "dW", "dR", "dB", "dinitial_h"];
        Inputs = HasCell ? [.. common, "dY_c"] : common;
        Outputs = HasCell ? [.. results, "dinitial_c"] : results;
        Schema = new OpSchema(
            1,
            [.. Inputs.Select(name => new Parameter(name, name == "sequence_lens" ? "T1" : "T"))],
            [.. Outputs.Select(name => new Parameter(name, "T", Optional: true))],
            RecurrentTrain.AttributesOf(ownAttribute),
            [("T", TypeSet.Floats), ("T1", TypeSet.Of(DType.Int32))]);
    }

    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; }

    public override Gradient Gradient => Gradient.Forbidden("a second derivative of a recurrent network is not known here");

    /// <summary>Whether there is a cell state.</summary>
    protected bool HasCell => _op is LSTM;

    /// <summary>The inputs' names.</summary>
    protected string[] Inputs { get; }

    /// <summary>The outputs' names.</summary>
    protected string[] Outputs { get; }

    /// <summary>The integer attribute that only this op has, or null.</summary>
    protected string? OwnAttribute { get; }

    /// <summary>Adds the node.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="op">The standard's op.</param>
    /// <param name="inputs">X, W, R, and B, sequence_lens and initial states or null.</param>
    /// <param name="kept">What <see cref="RecurrentTrain"/> gave.</param>
    /// <param name="given">The gradients of Y, Y_h and Y_c, or null where none flows.</param>
    /// <param name="reverse">For each direction whether it goes backwards in time.</param>
    /// <param name="own">The attribute that only this op has; 0 where it is missing.</param>
    /// <returns>The gradients of the inputs; null for those that are null and for sequence_lens.</returns>
    public static Value?[] Of(GraphBuilder g, Recurrent op, Value?[] inputs, Value[] kept, Value?[] given, bool[] reverse, Attributes own)
    {
        var grad = (RecurrentGrad)OpTable.Find(Model.AnnealDomain, op.Name + "Grad")!;
        DType type = inputs[0]!.Type.Type;
        Value zero = g.Scalar(0, type);
        Value lengths = inputs[4] ?? g.Scalar(int.MaxValue, DType.Int32);
        Value[] operands = [given[0] ?? zero, given[1] ?? zero, inputs[0]!, inputs[1]!, inputs[2]!, lengths, kept[^2], kept[^1]];
        Value[] d = g.Node(
            grad.Name,
            grad.HasCell ? [.. operands, given[2] ?? zero] : operands,
            grad.Outputs.Length,
            RecurrentTrain.AttributesFor(grad.OwnAttribute, reverse, own),
            Model.AnnealDomain);
        Value?[] all = [d[0], d[1], d[2], Of(3, d[3]), null, Of(5, d[4]), grad.HasCell ? Of(6, d[5]) : null];
        return [.. all.Take(inputs.Length)];

        Value? Of(int input, Value gradient) => inputs[input] is null ? null : gradient;
    }

    public override TensorType[] Infer(InferenceScope scope)
    {
        TensorType x = scope.In(2);
        TensorType w = scope.In(3);
        TensorType r = scope.In(4);
        int directions = scope.Attributes.Ints("reverse")!.Value.Length;
        Dim batch = x.Shape?[1] ?? Dim.Unknown;
        Dim hidden = r.Shape?[2] ?? Dim.Unknown;
        Dim biases = hidden.IsKnown ? Dim.Of(2 * _op.Gates * hidden.Size) : Dim.Unknown;
        TensorType state = TensorType.Of(x.Type, directions, batch, hidden);
        TensorType b = TensorType.Of(x.Type, directions, biases);
        return HasCell ? [x, w, r, b, state, state] : [x, w, r, b, state];
    }

    public override Kernel Compile(KernelSpec spec)
    {
        ReadOnlySpan<int> x = spec.In(2).Shape;
        var layout = new RecurrentLayout(x[0], x[1], x[2], spec.In(4).Shape[2], _op.Gates, RecurrentTrain.ReverseOf(spec.Attributes));
        return spec.In(0).Type == DType.Float ? Make<float>(spec, layout) : Make<double>(spec, layout);
    }

    /// <summary>The kernel over the sizes given.</summary>
    protected abstract Kernel Make<T>(KernelSpec spec, RecurrentLayout layout)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;

    /// <summary>1 - x².</summary>
    protected static string TanhSlope(BodyBuilder s, string y) => s.Op("Sub", s.Like(1, y), s.Op("Mul", y, y));

    /// <summary>x·(1 - x).</summary>
    protected static string SigmoidSlope(BodyBuilder s, string y) => s.Op("Mul", y, s.Op("Sub", s.Like(1, y), y));
}
