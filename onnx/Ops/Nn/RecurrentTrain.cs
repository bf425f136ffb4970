using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>A recurrent op with its default activations that also gives what its gradient needs.</summary>
/// <remarks>
/// As the standard's op at layout 0, but that <c>reverse</c> has for each direction 1 where it goes backwards in time, and a scalar stands for
/// all elements of B, sequence_lens or an initial state. <c>gates</c> [D, T, N, parts · H] are the values after their functions, zero where a
/// sequence has ended; <c>states</c> [D, T + 1, N, H, or 2H with the cells] are those between the times: number t before time t and t + 1 after it,
/// or the other way round where the direction goes backwards.
/// </remarks>
internal abstract class RecurrentTrain : Op
{
    private readonly Recurrent _op;
    private readonly int _parts;

    /// <summary>Creates the op.</summary>
    /// <param name="op">The standard's op.</param>
    /// <param name="parts">Values of a unit among the gates.</param>
    /// <param name="ownAttribute">The integer attribute that only this op has, or null.</param>
    protected RecurrentTrain(Recurrent op, int parts, string? ownAttribute)
    {
        _op = op;
        _parts = parts;
        OwnAttribute = ownAttribute;
        Inputs = HasCell
            ? ["X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c"]
            : ["X", "W", "R", "B", "sequence_lens", "initial_h"];
        Outputs = HasCell ? ["Y", "Y_h", "Y_c", "gates", "states"] : ["Y", "Y_h", "gates", "states"];
        Schema = new OpSchema(
            1,
            [.. Inputs.Select((name, i) => new Parameter(name, i == 4 ? "T1" : "T"))],
            [.. Outputs.Select(name => new Parameter(name, "T", Optional: true))],
            AttributesOf(ownAttribute),
            [("T", TypeSet.Floats), ("T1", TypeSet.Of(DType.Int32))]);
    }

    public override string Domain => Model.AnnealDomain;

    public override OpSchema Schema { get; }

    public override Gradient Gradient => Gradient.Of(s =>
    {
        int saved = HasCell ? 3 : 2;
        if (!s.Node.HasOutput(saved) || !s.Node.HasOutput(saved + 1))
        {
            throw s.Error("the gradient needs the gates and the states", "ask for all outputs");
        }

        Value?[] inputs = [.. Enumerable.Range(0, s.Node.Inputs.Length).Select(i => (Value?)s.In(i))];
        Value[] kept = [s.Out(saved), s.Out(saved + 1)];
        bool[] reverse = ReverseOf(s.Attributes);
        return RecurrentGrad.Of(s.Builder, _op, inputs, kept, [s.DOut(0), s.DOut(1), HasCell ? s.DOut(2) : null], reverse, s.Attributes.Without("reverse"));
    });

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
    /// <param name="reverse">For each direction whether it goes backwards in time.</param>
    /// <param name="own">The attribute that only this op has; 0 where it is missing.</param>
    /// <returns>All outputs.</returns>
    public static Value[] Of(GraphBuilder g, Recurrent op, Value?[] inputs, bool[] reverse, Attributes own)
    {
        DType type = inputs[0]!.Type.Type;
        Value?[] given = [.. inputs.Select((v, i) => v ?? (i == 4 ? g.Scalar(int.MaxValue, DType.Int32) : g.Scalar(0, type)))];
        var train = (RecurrentTrain)OpTable.Find(Model.AnnealDomain, op.Name + "Train")!;
        return g.Node(train.Name, given, train.Outputs.Length, AttributesFor(train.OwnAttribute, reverse, own), Model.AnnealDomain);
    }

    public override TensorType[] Infer(InferenceScope scope)
    {
        int directions = scope.Attributes.Ints("reverse")!.Value.Length;
        RecurrentShapes s = RecurrentShapes.Of(scope, _op.Gates, directions, isBatchFirst: false, takesScalars: true);
        TensorType gates = TensorType.Of(scope.Type(0), directions, s.Steps, s.Batch, Times(s.Hidden, _parts));
        Dim more = s.Steps.IsKnown ? Dim.Of(s.Steps.Size + 1) : Dim.Unknown;
        TensorType states = TensorType.Of(scope.Type(0), directions, more, s.Batch, Times(s.Hidden, HasCell ? 2 : 1));
        return HasCell ? [s.Y, s.State, s.State, gates, states] : [s.Y, s.State, gates, states];
    }

    public override Kernel Compile(KernelSpec spec)
    {
        ReadOnlySpan<int> x = spec.In(0).Shape;
        var layout = new RecurrentLayout(x[0], x[1], x[2], spec.In(2).Shape[2], _op.Gates, ReverseOf(spec.Attributes));
        return spec.In(0).Type == DType.Float ? _op.Make<float>(spec, layout, saves: true) : _op.Make<double>(spec, layout, saves: true);
    }

    /// <summary>The schema of the attributes of a recurrent op of our own.</summary>
    internal static System.Collections.Immutable.ImmutableArray<AttributeSchema> AttributesOf(string? own) => own is null
        ? [new("reverse", typeof(AttributeValue.Ints), Required: true)]
        : [new("reverse", typeof(AttributeValue.Ints), Required: true), AttributeSchema.Int(own, required: true)];

    /// <summary>The attributes of a node of such an op.</summary>
    internal static Attributes AttributesFor(string? own, bool[] reverse, Attributes given)
    {
        Attributes attributes = Attributes.Of(("reverse", new AttributeValue.Ints([.. reverse.Select(r => r ? 1L : 0L)])));
        return own is null ? attributes : attributes.With(own, given.Int(own, 0));
    }

    /// <summary>For each direction of such a node whether it goes backwards in time.</summary>
    internal static bool[] ReverseOf(Attributes attributes) => [.. attributes.Ints("reverse")!.Value.Select(r => r != 0)];

    private static Dim Times(Dim size, int factor) => size.IsKnown ? Dim.Of(checked(size.Size * factor)) : Dim.Unknown;
}
