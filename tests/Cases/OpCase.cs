using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

/// <summary>One use of an op, which every conformance test runs: agreement of engines and types, the gradient, the body, sharing of buffers.</summary>
/// <param name="Op">The op's name.</param>
/// <param name="Inputs">The inputs, floats given as double; null where one is left out.</param>
public sealed record OpCase(string Op, params Tensor?[] Inputs)
{
    /// <summary>The op's domain.</summary>
    public string Domain { get; init; } = "";

    /// <summary>The node's attributes.</summary>
    public Attributes Attributes { get; init; } = Attributes.None;

    /// <summary>The number of outputs asked for.</summary>
    public int Outputs { get; init; } = 1;

    /// <summary>The inputs whose gradient is checked by central differences.</summary>
    public int[] Differentiable { get; init; } = [];

    /// <summary>The floating outputs that carry no gradient: statistics.</summary>
    public int[] Detached { get; init; } = [];

    /// <summary>The inputs that a graph holds as initializers: axes, shapes and the like.</summary>
    public int[] Constants { get; init; } = [];

    /// <summary>The largest |a - b| / (1 + |b|) between float and double, and between engines.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>The largest |a - b| / |b| for the gradient in double against central differences, beyond the rounding of these.</summary>
    public double GradientTolerance { get; init; } = 1e-7;

    /// <summary>The elements of the differentiable inputs at which the function has a kink: they are left out of the check, and counted.</summary>
    public int Kinks { get; init; }

    /// <summary>Why ONNX Runtime's CPU kernels are no oracle for this case; null where they are.</summary>
    public string? NotInOrt { get; init; }

    /// <summary>The outputs, where they are known by hand; null entries are not compared.</summary>
    public Tensor?[]? Expected { get; init; }

    /// <summary>What tells this case from others of the same shapes.</summary>
    public string Label { get; init; } = "";

    /// <summary>The op.</summary>
    public Op Definition => OpTable.Find(Domain, Op) ?? throw new InvalidOperationException($"op {Op} is not in the table");

    /// <summary>The case with float in place of double.</summary>
    public OpCase AsFloat() => this with { Inputs = [.. Inputs.Select(t => t is { Type: DType.Double } ? ToFloat(t) : t)] };

    /// <summary>The node of the case, with inputs x0, x1, … and outputs y0, y1, …</summary>
    public Node ToNode() => new(
        Op,
        Domain,
        Op,
        [.. Inputs.Select((t, i) => t is null ? "" : $"x{i}")],
        [.. Enumerable.Range(0, Outputs).Select(i => $"y{i}")],
        Attributes,
        Origin.None);

    /// <summary>The graph of the case: inputs x0, x1, … but for the constants, outputs y0, y1, …</summary>
    public (GraphBuilder Builder, Value?[] Inputs, Value[] Outputs) ToBuilder()
    {
        var builder = new GraphBuilder("case");
        Value?[] inputs = [.. Inputs.Select((t, i) =>
            t is null ? null : Constants.Contains(i) ? builder.Initializer($"x{i}", t) : builder.Input($"x{i}", TensorType.Of(t)))];
        return (builder, inputs, builder.Node(Op, inputs, Outputs, Attributes, Domain));
    }

    /// <summary>The tensors of the graph's inputs by name.</summary>
    public Dictionary<string, Tensor> Feeds() => Inputs
        .Select((t, i) => (Name: $"x{i}", Tensor: t, Index: i))
        .Where(x => x.Tensor is not null && !Constants.Contains(x.Index))
        .ToDictionary(x => x.Name, x => x.Tensor!);

    /// <inheritdoc/>
    public override string ToString()
    {
        string attributes = string.Join(",", Attributes.Select(a => $"{a.Key}={Text(a.Value)}"));
        return $"{Op}({string.Join("; ", Inputs.Select(t => t?.ToString() ?? "-"))}){(attributes.Length > 0 ? $"{{{attributes}}}" : "")}{(Label.Length > 0 ? " " + Label : "")}";
    }

    private static string Text(AttributeValue value) => value switch
    {
        AttributeValue.Int v => v.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        AttributeValue.Float v => v.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        AttributeValue.String v => v.Value,
        AttributeValue.Ints v => string.Join("x", v.Values),
        AttributeValue.TensorValue v => v.Value.ToString(),
        _ => "…",
    };

    private static Tensor ToFloat(Tensor tensor) =>
        Tensor.Of<float>(tensor.Shape, [.. tensor.Span<double>().ToArray().Select(v => (float)v)]);
}
