using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The nodes and constants that take a node's place.</summary>
/// <param name="node">The node.</param>
/// <param name="inputs">The type of each of its inputs; null where it is left out.</param>
/// <param name="isTaken">Whether the graph has a value or node of a name.</param>
internal sealed class Decomposition(Node node, IReadOnlyList<TensorType?> inputs, Func<string, bool> isTaken)
{
    private readonly List<Node> _nodes = [];
    private readonly List<(string Name, Tensor Value)> _constants = [];
    private readonly HashSet<string> _own = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _returned = [];

    /// <summary>The node's attributes.</summary>
    public Attributes Attributes => node.Attributes;

    /// <summary>The constants, by names that begin with the node's.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Constants => _constants;

    /// <summary>The nodes with one output each, which give the node's own outputs under their names.</summary>
    public IEnumerable<Node> Nodes
    {
        get
        {
            var names = _returned.Where(r => node.HasOutput(r.Key)).ToDictionary(r => r.Value, r => node.Outputs[r.Key], StringComparer.Ordinal);
            return _nodes.Select(n => n with
            {
                Inputs = [.. n.Inputs.Select(i => names.GetValueOrDefault(i, i))],
                Outputs = [.. n.Outputs.Select(o => names.GetValueOrDefault(o, o))],
            });
        }
    }

    /// <summary>A rule that differentiates what an op is decomposed into.</summary>
    /// <param name="op">The op.</param>
    /// <returns>The declaration.</returns>
    public static Gradient Rule(IDecomposable op) => Gradient.Of(scope => Differentiate(op, scope));

    /// <summary>The type of an input.</summary>
    public TensorType Type(int index) => inputs[index]!;

    /// <summary>An input in float.</summary>
    public string Float(int index) => Type(index).Type == DType.Float ? In(index) : Op("Cast", Attributes.Of(("to", (long)DType.Float)), In(index));

    /// <summary>An input.</summary>
    public string In(int index) => node.Inputs[index];

    /// <summary>A constant.</summary>
    /// <param name="part">Its name behind the node's.</param>
    /// <param name="value">Its value.</param>
    public string Constant(string part, Tensor value)
    {
        string name = Fresh(part);
        _constants.Add((name, value));
        return name;
    }

    /// <summary>Adds a node with one output.</summary>
    public string Op(string op, params string[] values) => Op(op, Attributes.None, values);

    /// <summary>Adds a node with attributes and one output.</summary>
    public string Op(string op, Attributes attributes, params string[] values)
    {
        string name = Fresh(op);
        _nodes.Add(new Node(name, "", op, [.. values], [name], attributes, node.Origin));
        return name;
    }

    /// <summary>Gives an output of the node.</summary>
    /// <param name="output">Its index.</param>
    /// <param name="value">What a node added here gives.</param>
    /// <returns>True.</returns>
    public bool Return(int output, string value)
    {
        _returned.Add(output, value);
        return true;
    }

    private static Value?[] Differentiate(IDecomposable op, GradientScope scope)
    {
        GraphBuilder g = scope.Builder;
        Node node = scope.Node;
        var parts = new Decomposition(node, [.. node.Inputs.Select(i => i.Length > 0 ? g[i].Type : null)], name => g.Find(name) is not null);
        if (!op.Decompose(parts))
        {
            throw scope.Error("no gradient flows through it with inputs of this type");
        }

        foreach ((string name, Tensor value) in parts._constants)
        {
            g.Initializer(name, value);
        }

        foreach (Node part in parts._nodes)
        {
            g.Add(part);
        }

        var gradients = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach ((int output, string value) in parts._returned)
        {
            Accumulate(g, gradients, value, scope.DOut(output));
        }

        foreach (Node part in Enumerable.Reverse(parts._nodes))
        {
            if (gradients.TryGetValue(part.Outputs[0], out Value? dY) && OpTable.Get(part).Gradient is Gradient.RuleGradient rule)
            {
                Value?[] dInputs = rule.Rule(new GradientScope(g, part, [dY]));
                for (int i = 0; i < Math.Min(dInputs.Length, part.Inputs.Length); i++)
                {
                    Accumulate(g, gradients, part.Inputs[i], dInputs[i]);
                }
            }
        }

        return [.. node.Inputs.Select(i => gradients.GetValueOrDefault(i))];
    }

    private static void Accumulate(GraphBuilder g, Dictionary<string, Value> gradients, string value, Value? gradient)
    {
        if (gradient is not null)
        {
            Value fitting = g.SumTo(gradient, g[value]);
            gradients[value] = gradients.TryGetValue(value, out Value? sum) ? g.Add(sum, fitting) : fitting;
        }
    }

    private string Fresh(string part)
    {
        string name = $"{node.Name}/{part}";
        while (isTaken(name) || !_own.Add(name))
        {
            name += "_";
        }

        return name;
    }
}
