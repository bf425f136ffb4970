using System.Collections.Immutable;
using System.Globalization;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Writes the body of an invented op in standard ops of opset 18.</summary>
public sealed class BodyBuilder
{
    private readonly string _name;
    private readonly ImmutableArray<string> _inputs;
    private readonly ImmutableArray<string> _outputs;
    private readonly ImmutableArray<string> _attributes;
    private readonly string _prefix = "";
    private readonly List<Node> _nodes = [];

    /// <summary>Begins the body of an op of the domain <c>ai.anneal</c>.</summary>
    /// <param name="name">The op's name.</param>
    /// <param name="inputs">Its inputs' names.</param>
    /// <param name="outputs">Its outputs' names.</param>
    /// <param name="attributes">The attributes that every call gives.</param>
    public BodyBuilder(string name, string[] inputs, string[] outputs, params string[] attributes)
    {
        _name = name;
        _inputs = [.. inputs];
        _outputs = [.. outputs];
        _attributes = [.. attributes];
    }

    private BodyBuilder(string prefix)
        : this("", [], []) => _prefix = prefix;

    /// <summary>Adds a node with one output.</summary>
    /// <param name="op">The standard op.</param>
    /// <param name="inputs">Value names.</param>
    /// <returns>The output's name.</returns>
    public string Op(string op, params string[] inputs) => Op(op, Attributes.None, inputs);

    /// <summary>Adds a node with attributes and one output.</summary>
    /// <param name="op">The standard op.</param>
    /// <param name="attributes">The attributes.</param>
    /// <param name="inputs">Value names.</param>
    /// <returns>The output's name.</returns>
    public string Op(string op, Attributes attributes, params string[] inputs) => Ops(op, 1, attributes, inputs)[0];

    /// <summary>Adds a node with attributes and several outputs.</summary>
    /// <param name="op">The standard op.</param>
    /// <param name="outputs">Their number.</param>
    /// <param name="attributes">The attributes.</param>
    /// <param name="inputs">Value names.</param>
    /// <returns>The outputs' names.</returns>
    public string[] Ops(string op, int outputs, Attributes attributes, params string[] inputs)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{_nodes.Count}_{op}");
        string[] names = [.. Enumerable.Range(0, outputs).Select(i => i == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}_{i}"))];
        _nodes.Add(new Node(name, "", op, [.. inputs], [.. names], attributes, Origin.None));
        return names;
    }

    /// <summary>Adds a loop over the first dimension of some values, the standard's Scan.</summary>
    /// <param name="states">The first value of each state.</param>
    /// <param name="sequences">The values whose slices the steps see in turn.</param>
    /// <param name="step">
    /// Writes a step: takes its builder, the states and the slices, gives the next states and then the values to be stacked. It may read
    /// values of this body by name.
    /// </param>
    /// <returns>The last states and then the stacked values.</returns>
    public string[] Scan(string[] states, string[] sequences, Func<BodyBuilder, string[], string[]> step)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{_nodes.Count}_step_");
        var inner = new BodyBuilder(name);
        string[] inputs = [.. Enumerable.Range(0, states.Length + sequences.Length).Select(i => string.Create(CultureInfo.InvariantCulture, $"{name}in{i}"))];
        string[] outputs = [.. step(inner, inputs).Select(value => inner.Op("Identity", value))];
        var graph = new Graph(name, [.. inputs.Select(Untyped)], [.. outputs.Select(Untyped)], Graph.NoInitializers, [.. inner._nodes], Graph.NoValues);
        return Ops(
            "Scan",
            outputs.Length,
            Attributes.Of(("body", new AttributeValue.GraphValue(graph)), ("num_scan_inputs", (long)sequences.Length)),
            [.. states, .. sequences]);

        static ValueInfo Untyped(string value) => new(value, new TensorType(DType.Undefined, null));
    }

    /// <summary>Gives a value the name of an output.</summary>
    /// <param name="output">The output's name.</param>
    /// <param name="value">The value.</param>
    public void Return(string output, string value) =>
        _nodes.Add(new Node($"return_{output}", "", "Identity", [value], [output], Attributes.None, Origin.None));

    /// <summary>A constant.</summary>
    /// <param name="value">Its value.</param>
    /// <returns>Its name.</returns>
    public string Constant(Tensor value) => Op("Constant", Attributes.Of(("value", value)));

    /// <summary>A float constant of another value's type.</summary>
    /// <param name="value">The constant.</param>
    /// <param name="like">The value whose element type it takes.</param>
    /// <returns>Its name.</returns>
    public string Like(float value, string like) => Op("CastLike", Constant(Tensor.Scalar(value)), like);

    /// <summary>A float attribute of the call, as a scalar of another value's type.</summary>
    /// <param name="attribute">The attribute's name.</param>
    /// <param name="like">The value whose element type it takes.</param>
    /// <returns>Its name.</returns>
    public string FloatAttribute(string attribute, string like) => Op(
        "CastLike",
        Op("Constant", Attributes.Of(("value_float", new AttributeValue.Reference(attribute, typeof(AttributeValue.Float))))),
        like);

    /// <summary>An integer attribute of the call, as an int64 scalar.</summary>
    /// <param name="attribute">The attribute's name.</param>
    /// <returns>Its name.</returns>
    public string IntAttribute(string attribute) =>
        Op("Constant", Attributes.Of(("value_int", new AttributeValue.Reference(attribute, typeof(AttributeValue.Int)))));

    /// <summary>A list of integers among the attributes of the call, as an int64 vector.</summary>
    /// <param name="attribute">The attribute's name.</param>
    /// <returns>Its name.</returns>
    public string IntsAttribute(string attribute) =>
        Op("Constant", Attributes.Of(("value_ints", new AttributeValue.Reference(attribute, typeof(AttributeValue.Ints)))));

    /// <summary>The finished function.</summary>
    /// <returns>The function.</returns>
    public Function Build() => new(
        Model.AnnealDomain,
        _name,
        _inputs,
        _outputs,
        _attributes,
        [.. _nodes],
        ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal).Add("", Model.DefaultOpset));
}
