using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Models.Import;

/// <summary>Adds nodes of another graph under the names that they have there.</summary>
/// <param name="g">The graph that grows.</param>
/// <param name="nameOf">The name that a value gets; the same wherever it is free.</param>
/// <param name="origin">The user's line.</param>
internal sealed class OwnNames(GraphBuilder g, Func<string, string> nameOf, Origin origin)
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);

    /// <summary>The value that stands for one of the other graph.</summary>
    public Value this[string name]
    {
        get => _values[name];
        set => _values[name] = value;
    }

    /// <summary>Whether a value is there.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Adds a constant.</summary>
    public void Constant(string name, Tensor tensor) => _values[name] = g.Initializer(Free(nameOf(name)), tensor);

    /// <summary>Adds a node.</summary>
    public void Add(Node node)
    {
        Node named = node with
        {
            Name = Free(node.Name),
            Inputs = [.. node.Inputs.Select(i => i.Length == 0 ? "" : _values[i].Name)],
            Outputs = [.. node.Outputs.Select(o => o.Length == 0 ? "" : Free(nameOf(o)))],
            Origin = origin,
        };
        g.Add(named);
        for (int i = 0; i < node.Outputs.Length; i++)
        {
            if (node.HasOutput(i))
            {
                _values[node.Outputs[i]] = g[named.Outputs[i]];
            }
        }
    }

    /// <summary>Adds a whole graph whose inputs are there.</summary>
    public void Add(Graph graph)
    {
        foreach ((string name, Tensor tensor) in graph.Initializers)
        {
            Constant(name, tensor);
        }

        foreach (Node node in graph.Nodes)
        {
            Add(node);
        }
    }

    private string Free(string name)
    {
        for (int i = 1; g.Find(name) is not null; i++)
        {
            name = FormattableString.Invariant($"{name}_{i}");
        }

        return name;
    }
}
