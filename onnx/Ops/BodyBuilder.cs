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
    public string Op(string op, Attributes attributes, params string[] inputs)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{_nodes.Count}_{op}");
        _nodes.Add(new Node(name, "", op, [.. inputs], [name], attributes, Origin.None));
        return name;
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
