using System.Globalization;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Standard nodes that say what one node means.</summary>
/// <param name="owner">The node in whose place they come.</param>
internal sealed class NodeChain(Node owner)
{
    private readonly List<Node> _nodes = [];

    /// <summary>The node in whose place they come.</summary>
    public Node Owner => owner;

    /// <summary>The nodes so far.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>Adds a node of one output and gives the output's name.</summary>
    public string Op(string op, params string[] inputs) => Add(op, Attributes.None, inputs);

    /// <summary>Adds a node of one output with attributes and gives the output's name.</summary>
    public string Op(string op, Attributes attributes, params string[] inputs) => Add(op, attributes, inputs);

    /// <summary>Adds a node of several outputs with attributes and gives their names.</summary>
    public string[] Ops(string op, int outputs, Attributes attributes, params string[] inputs)
    {
        string name = Unique(op);
        string[] names = [.. Enumerable.Range(0, outputs).Select(i => string.Create(CultureInfo.InvariantCulture, $"{name}_out{i}"))];
        _nodes.Add(new Node(name, "", op, [.. inputs], [.. names], attributes, owner.Origin));
        return names;
    }

    /// <summary>A constant.</summary>
    public string Constant(Tensor value) => Add("Constant", Attributes.Of(("value", value)));

    /// <summary>A constant vector of int64.</summary>
    public string Longs(params long[] values) => Constant(Tensor.Vector<long>(values));

    /// <summary>A reduction over axes, which fall away.</summary>
    public string Reduce(string op, string value, params long[] axes) => Op(op, Attributes.Of(("keepdims", 0L)), value, Longs(axes));

    /// <summary>A number of the type of another value.</summary>
    public string Number(float value, string like) => Op("CastLike", Add("Constant", Attributes.Of(("value", Tensor.Scalar(value)))), like);

    /// <summary>A float attribute of the owner as a number of the type of another value.</summary>
    /// <exception cref="AnnealException">The attribute is missing and has no default.</exception>
    public string Scalar(string attribute, float? fallback, string like) => fallback is null && owner.Attributes.Find(attribute) is null
        ? throw AnnealException.BadData($"attribute '{attribute}' is missing").In(owner)
        : Number(owner.Attributes.Float(attribute, fallback ?? 0), like);

    /// <summary>Gives a value the name of one of the owner's outputs.</summary>
    public void Name(string value, string output)
    {
        if (output.Length > 0)
        {
            _nodes.Add(new Node(Unique("Identity"), "", "Identity", [value], [output], Attributes.None, owner.Origin));
        }
    }

    private string Add(string op, Attributes attributes, params string[] inputs)
    {
        string name = Unique(op);
        _nodes.Add(new Node(name, "", op, [.. inputs], [name], attributes, owner.Origin));
        return name;
    }

    private string Unique(string op) => string.Create(CultureInfo.InvariantCulture, $"{owner.Name}/{op}_{_nodes.Count}");
}
