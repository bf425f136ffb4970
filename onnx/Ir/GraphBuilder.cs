using System.Collections.Immutable;
using System.Globalization;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir;

/// <summary>Builds a graph node by node, inferring types as it goes; names are deterministic.</summary>
public sealed class GraphBuilder
{
    private readonly string _name;
    private readonly List<ValueInfo> _inputs = [];
    private readonly List<ValueInfo> _outputs = [];
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _used = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Tensor> _initializers = new(StringComparer.Ordinal);
    private readonly Dictionary<(DType, string), Value> _scalars = [];
    private readonly TypeInference _inference = new();
    private string _prefix = "";
    private Origin _origin = Origin.None;

    /// <summary>Begins an empty graph.</summary>
    /// <param name="name">The graph's name.</param>
    public GraphBuilder(string name) => _name = name;

    /// <summary>Begins a graph as another one, to which nodes are added that it does not have.</summary>
    /// <param name="other">The other graph: its inputs and initializers are there, and the names of its nodes and values are kept free for <see cref="Add"/>.</param>
    public GraphBuilder(Graph other)
        : this(other.Name)
    {
        foreach ((string name, Tensor tensor) in other.Initializers)
        {
            Initializer(name, tensor);
        }

        foreach (ValueInfo input in other.Inputs.Where(i => !other.Initializers.ContainsKey(i.Name)))
        {
            Input(input.Name, input.Type);
        }

        foreach (string name in other.Nodes.SelectMany(n => n.Outputs.Add(n.Name)))
        {
            Reserve(name);
        }
    }

    /// <summary>The nodes so far.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The inputs so far.</summary>
    public IReadOnlyList<ValueInfo> Inputs => _inputs;

    /// <summary>The value of a name.</summary>
    /// <param name="name">The name.</param>
    public Value this[string name] => _values[name];

    /// <summary>The value of a constant, if it is known ahead of running.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The tensor or null.</returns>
    public Tensor? ConstantOf(Value value) => _inference.Constants.GetValueOrDefault(value.Name);

    /// <summary>Prefixes the names of the nodes added until it is disposed, and gives them an origin.</summary>
    /// <param name="prefix">A part of a path, such as <c>dense1</c>.</param>
    /// <param name="origin">The user's line; null to keep the one in force.</param>
    /// <returns>Ends the scope.</returns>
    public IDisposable Scope(string prefix, Origin? origin = null)
    {
        var end = new ScopeEnd(this, _prefix, _origin);
        _prefix += prefix + "/";
        _origin = origin ?? _origin;
        return end;
    }

    /// <summary>Adds an input.</summary>
    /// <param name="name">Its name, unique in the graph.</param>
    /// <param name="type">Its type.</param>
    /// <returns>The value.</returns>
    public Value Input(string name, TensorType type)
    {
        _inputs.Add(new ValueInfo(name, type));
        _inference.Declare(name, type);
        return Declare(name, type);
    }

    /// <summary>Adds a constant under a name of its own.</summary>
    /// <param name="name">Its name, unique in the graph.</param>
    /// <param name="tensor">Its value.</param>
    /// <returns>The value.</returns>
    public Value Initializer(string name, Tensor tensor)
    {
        _initializers.Add(name, tensor);
        _inference.Declare(name, tensor);
        return Declare(name, TensorType.Of(tensor));
    }

    /// <summary>A small constant; equal ones are one value.</summary>
    /// <param name="tensor">Its value: a scalar or a short vector.</param>
    /// <returns>The value.</returns>
    public Value Constant(Tensor tensor)
    {
        var key = (tensor.Type, $"{tensor}{Convert.ToHexString(tensor.Bytes)}");
        if (!_scalars.TryGetValue(key, out Value? value))
        {
            value = Initializer(Unique($"const/{tensor.Type.Name()}"), tensor);
            _scalars.Add(key, value);
        }

        return value;
    }

    /// <summary>A scalar of an element type.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="type">float, double, int32 or int64.</param>
    /// <returns>The value.</returns>
    public Value Scalar(double value, DType type) => Constant(type switch
    {
        DType.Float => Tensor.Scalar((float)value),
        DType.Double => Tensor.Scalar(value),
        DType.Int32 => Tensor.Scalar(checked((int)value)),
        DType.Int64 => Tensor.Scalar(checked((long)value)),
        _ => throw AnnealException.BadData($"no scalar of element type {type.Name()}"),
    });

    /// <summary>A vector of int64, as axes and shapes are given.</summary>
    /// <param name="values">The elements.</param>
    /// <returns>The value.</returns>
    public Value Longs(params ReadOnlySpan<long> values) => Constant(Tensor.Vector(values));

    /// <summary>Adds a node with one output.</summary>
    /// <param name="op">The op's name.</param>
    /// <param name="inputs">The inputs; null where one is left out.</param>
    /// <param name="attributes">The attributes.</param>
    /// <param name="domain">The op's domain.</param>
    /// <param name="output">The output's name; null for a name made from the scope and the op.</param>
    /// <returns>The output.</returns>
    /// <exception cref="AnnealException">The node does not fit its op.</exception>
    public Value Node(string op, ReadOnlySpan<Value?> inputs, Attributes? attributes = null, string domain = "", string? output = null) =>
        Append(op, inputs, attributes, domain, [output])[0];

    /// <summary>Adds a node with several outputs.</summary>
    /// <param name="op">The op's name.</param>
    /// <param name="inputs">The inputs; null where one is left out.</param>
    /// <param name="outputs">The number of outputs.</param>
    /// <param name="attributes">The attributes.</param>
    /// <param name="domain">The op's domain.</param>
    /// <returns>The outputs.</returns>
    /// <exception cref="AnnealException">The node does not fit its op.</exception>
    public Value[] Node(string op, ReadOnlySpan<Value?> inputs, int outputs, Attributes? attributes = null, string domain = "") =>
        Append(op, inputs, attributes, domain, new string?[outputs]);

    /// <summary>Adds a node as it is, under the names that it has.</summary>
    /// <param name="node">The node; its inputs are there.</param>
    /// <exception cref="AnnealException">The node does not fit its op.</exception>
    public void Add(Node node)
    {
        Append(node);
        Reserve(node.Name);
    }

    /// <summary>A name for a value that nothing has yet, below the scope in force.</summary>
    /// <param name="name">The name's last part.</param>
    /// <returns>The name, which is reserved.</returns>
    public string NameFor(string name) => Unique(_prefix + name);

    /// <summary>The value of a name, or null where there is none.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The value.</returns>
    public Value? Find(string name) => _values.GetValueOrDefault(name);

    /// <summary>Makes a value an output of the graph.</summary>
    /// <param name="value">The value.</param>
    /// <param name="name">The output's name; an Identity node gives it when the value has another.</param>
    public void Output(Value value, string? name = null)
    {
        if (name is not null && name != value.Name)
        {
            value = Node("Identity", [value], output: name);
        }

        _outputs.Add(new ValueInfo(value.Name, value.Type));
    }

    /// <summary>Splices a whole graph in: its inputs replaced by values, its inner names kept under the current scope where they clash.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">A value for each of its inputs, by input name.</param>
    /// <returns>The values of its outputs, by output name.</returns>
    public IReadOnlyDictionary<string, Value> Splice(Graph graph, IReadOnlyDictionary<string, Value> inputs)
    {
        var map = new Dictionary<string, Value>(inputs, StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in graph.Initializers)
        {
            map.TryAdd(name, Initializer(Unique(_prefix + name), tensor));
        }

        foreach (Node node in graph.Nodes)
        {
            Node renamed = node with
            {
                Name = Unique(_prefix + node.Name),
                Inputs = [.. node.Inputs.Select(i => i.Length == 0 ? "" : map[i].Name)],
                Outputs = [.. node.Outputs.Select(o => o.Length == 0 ? "" : Unique(_prefix + o))],
            };
            Append(renamed);
            for (int i = 0; i < node.Outputs.Length; i++)
            {
                if (node.HasOutput(i))
                {
                    map[node.Outputs[i]] = _values[renamed.Outputs[i]];
                }
            }
        }

        return graph.Outputs.ToDictionary(o => o.Name, o => map[o.Name], StringComparer.Ordinal);
    }

    /// <summary>The finished graph.</summary>
    /// <returns>The graph, with the type of every inner value.</returns>
    public Graph Build() => new(
        _name,
        [.. _inputs],
        [.. _outputs],
        Graph.NoInitializers.AddRange(_initializers),
        [.. _nodes],
        Graph.NoValues.AddRange(_nodes.SelectMany(n => n.Outputs).Where(o => o.Length > 0).Select(o => KeyValuePair.Create(o, _values[o].Type))));

    private Value[] Append(string op, ReadOnlySpan<Value?> inputs, Attributes? attributes, string domain, string?[] outputs)
    {
        string name = Unique(_prefix + op);
        var node = new Node(
            name,
            domain,
            op,
            [.. inputs.ToArray().Select(i => i?.Name ?? "")],
            [.. outputs.Select((o, i) => o is not null ? Reserve(o) : outputs.Length == 1 ? name : Unique(string.Create(CultureInfo.InvariantCulture, $"{name}:{i}")))],
            attributes ?? Attributes.None,
            _origin);
        return Append(node);
    }

    private Value[] Append(Node node)
    {
        _inference.Add(node);
        _nodes.Add(node);
        return [.. node.Outputs.Where(o => o.Length > 0).Select(o => Declare(o, _inference.Types[o]))];
    }

    private Value Declare(string name, TensorType type)
    {
        var value = new Value(name, type);
        if (!_values.TryAdd(name, value))
        {
            throw AnnealException.BadUsage($"value '{name}' is defined twice in graph '{_name}'");
        }

        _used.TryAdd(name, 1);
        return value;
    }

    private string Reserve(string name)
    {
        _used.TryAdd(name, 1);
        return name;
    }

    private string Unique(string name)
    {
        if (_used.TryAdd(name, 1))
        {
            return name;
        }

        string candidate;
        do
        {
            candidate = string.Create(CultureInfo.InvariantCulture, $"{name}_{_used[name]++}");
        }
        while (!_used.TryAdd(candidate, 1));
        return candidate;
    }

    private sealed class ScopeEnd(GraphBuilder builder, string prefix, Origin origin) : IDisposable
    {
        public void Dispose()
        {
            builder._prefix = prefix;
            builder._origin = origin;
        }
    }
}
