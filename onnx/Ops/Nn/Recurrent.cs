using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>What RNN, GRU and LSTM share: operands, shapes, directions, activations, and the gradient by way of the op that keeps its gates.</summary>
/// <remarks>
/// X is [T, N, I], W [D, G·H, I], R [D, G·H, H], B [D, 2·G·H], sequence_lens [N], initial states [D, N, H]; Y is [T, D, N, H], with zeros where a
/// sequence has ended, and the last states are [D, N, H]. With layout 1 X is [N, T, I], Y [N, T, D, H] and all states are [N, D, H].
/// </remarks>
internal abstract class Recurrent : Op
{
    private static readonly string[] s_inputs = ["X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"];
    private static readonly string[] s_outputs = ["Y", "Y_h", "Y_c"];

    /// <summary>Creates the op.</summary>
    /// <param name="gates">Gates of a unit.</param>
    /// <param name="activations">The functions of a direction where none is named.</param>
    /// <param name="ownAttribute">The integer attribute that only this op has, or null.</param>
    protected Recurrent(int gates, string[] activations, string? ownAttribute)
    {
        Gates = gates;
        Activations = activations;
        ImmutableArray<AttributeSchema> attributes =
        [
            AttributeSchema.Floats("activation_alpha"),
            AttributeSchema.Floats("activation_beta"),
            AttributeSchema.Strings("activations"),
            AttributeSchema.Float("clip"),
            AttributeSchema.String("direction"),
            AttributeSchema.Int("hidden_size"),
            AttributeSchema.Int("layout"),
        ];
        Schema = new OpSchema(
            14,
            [.. s_inputs.Take(HasCell ? 8 : 6).Select((name, i) => new Parameter(name, i == 4 ? "T1" : "T", Optional: i > 2))],
            [.. s_outputs.Take(HasCell ? 3 : 2).Select(name => new Parameter(name, "T", Optional: true))],
            ownAttribute is null ? attributes : attributes.Add(AttributeSchema.Int(ownAttribute)),
            [("T", TypeSet.Floats), ("T1", TypeSet.Of(DType.Int32))])
        { From = 7 };
    }

    public override OpSchema Schema { get; }

    public override Gradient Gradient => Gradient.Of(Differentiate);

    /// <summary>Gates of a unit.</summary>
    public int Gates { get; }

    /// <summary>The functions of a direction where none is named.</summary>
    public IReadOnlyList<string> Activations { get; }

    /// <summary>Whether there is a cell state.</summary>
    protected bool HasCell => this is LSTM;

    public override TensorType[] Infer(InferenceScope scope)
    {
        bool[] reverse = Directions(scope);
        CheckActivations(scope, reverse.Length);
        long layout = scope.Attributes.Int("layout", 0);
        if (layout is not (0 or 1))
        {
            throw scope.Error($"layout is {layout}, expected 0 or 1");
        }

        RecurrentShapes shapes = RecurrentShapes.Of(scope, Gates, reverse.Length, layout == 1);
        TensorType last = shapes.State;
        return HasCell ? [shapes.Y, last, last] : [shapes.Y, last];
    }

    public override Kernel Compile(KernelSpec spec)
    {
        bool isBatchFirst = spec.Attributes.Int("layout", 0) == 1;
        ReadOnlySpan<int> x = spec.In(0).Shape;
        bool[] reverse = ReverseOf(spec.Attributes.String("direction", "forward"))!;
        var layout = new RecurrentLayout(
            x[isBatchFirst ? 1 : 0], x[isBatchFirst ? 0 : 1], x[2], spec.In(2).Shape[2], Gates, reverse, isBatchFirst);
        return spec.In(0).Type == DType.Float ? Make<float>(spec, layout, saves: false) : Make<double>(spec, layout, saves: false);
    }

    /// <summary>The kernel over the sizes given.</summary>
    /// <param name="spec">The node with its operands.</param>
    /// <param name="layout">The sizes.</param>
    /// <param name="saves">Whether gates and states are outputs.</param>
    public abstract Kernel Make<T>(KernelSpec spec, RecurrentLayout layout, bool saves)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;

    /// <summary>For each direction whether it goes backwards in time; null for a word that is no direction.</summary>
    private static bool[]? ReverseOf(string direction) => direction switch
    {
        "forward" => [false],
        "reverse" => [true],
        "bidirectional" => [false, true],
        _ => null,
    };

    private static bool[] Directions(InferenceScope scope)
    {
        string direction = scope.Attributes.String("direction", "forward");
        return ReverseOf(direction) ?? throw scope.Error($"direction is '{direction}', expected forward, reverse or bidirectional");
    }

    private void CheckActivations(InferenceScope scope, int directions)
    {
        if (scope.Attributes.Strings("activations") is not { Length: > 0 } names)
        {
            return;
        }

        if (names.FirstOrDefault(n => !GateFunction<float>.IsKnown(n)) is { } unknown)
        {
            throw scope.NotSupported($"activation '{unknown}' is not known", $"known are: {string.Join(", ", GateFunction<float>.Names)}");
        }

        if (names.Length != directions * Activations.Count)
        {
            throw scope.Error($"{names.Length} activations given, expected {Activations.Count} for each of {directions} directions");
        }
    }

    private Value?[] Differentiate(GradientScope s)
    {
        GraphBuilder g = s.Builder;
        bool isBatchFirst = s.Attributes.Int("layout", 0) == 1;
        bool[] reverse = ReverseOf(s.Attributes.String("direction", "forward"))!;
        Value?[] inputs = [.. Enumerable.Range(0, HasCell ? 8 : 6).Select(i => s.Has(i) ? s.In(i) : null)];
        Value?[] turned = [.. inputs.Select((v, i) => isBatchFirst && v is not null && i is 0 or 5 or 6 ? Turn(v) : v)];
        Value? dY = s.DOut(0) is { } d && isBatchFirst ? g.Transpose(d, 1, 2, 0, 3) : s.DOut(0);
        Value? dH = s.DOut(1) is { } h && isBatchFirst ? Turn(h) : s.DOut(1);
        Value? dC = s.DOut(2) is { } c && isBatchFirst ? Turn(c) : s.DOut(2);
        Value?[] gradients = IsPlain(s) ? OfKept(s, turned.AsSpan(0, HasCell ? 7 : 6).ToArray(), [dY, dH, dC], reverse) : RecurrentSteps.Gradients(s, this, turned, [dY, dH, dC], reverse);
        return [.. gradients.Select((v, i) => isBatchFirst && v is not null && i is 0 or 5 or 6 ? Turn(v!) : v)];

        Value Turn(Value v) => g.Transpose(v, 1, 0, 2);
    }

    private Value?[] OfKept(GradientScope s, Value?[] inputs, Value?[] given, bool[] reverse)
    {
        Attributes own = Attributes.Of(("linear_before_reset", s.Attributes.Find("linear_before_reset")), ("relu", s.Attributes.Strings("activations") is ["Relu", ..] ? 1L : null));
        Value[] kept = RecurrentTrain.Of(s.Builder, this, inputs, reverse, own);
        return RecurrentGrad.Of(s.Builder, this, inputs, kept, given, reverse, own);
    }

    // What RecurrentTrain and RecurrentGrad know.
    private bool IsPlain(GradientScope s)
    {
        ImmutableArray<string> names = s.Attributes.Strings("activations") ?? [];
        bool isKnown = (this is RNN && names.All(n => n == "Relu")) || names.Select((n, i) => n == Activations[i % Activations.Count]).All(same => same);
        return isKnown && s.Attributes.Float("clip", 0) <= 0 && s.Attributes.Int("input_forget", 0) == 0 && !s.Has(7);
    }
}
