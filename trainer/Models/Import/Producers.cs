using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models.Import;

/// <summary>What each value of a graph follows from.</summary>
internal sealed class Producers
{
    private readonly Graph _graph;
    private readonly Dictionary<string, int> _at = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyDictionary<string, TensorType>> _inferred;

    /// <summary>Looks at a graph.</summary>
    public Producers(Graph graph)
    {
        _graph = graph;
        for (int i = 0; i < graph.Nodes.Length; i++)
        {
            foreach (string output in graph.Nodes[i].Outputs.Where(o => o.Length > 0))
            {
                _at[output] = i;
            }
        }

        _inferred = new Lazy<IReadOnlyDictionary<string, TensorType>>(() => TypeInference.AsFarAsKnown(graph));
    }

    /// <summary>The types of values, as far as they follow from the inputs'.</summary>
    public IReadOnlyDictionary<string, TensorType> Inferred => _inferred.Value;

    /// <summary>The node that computes a value, or null.</summary>
    public Node? Of(string value) => _at.TryGetValue(value, out int at) ? _graph.Nodes[at] : null;

    /// <summary>Whether a value is a constant, or follows from constants alone.</summary>
    public bool IsConstant(string value) => !InputsOf(value).Any();

    /// <summary>The name, where there is such a value.</summary>
    /// <exception cref="AnnealException">There is none.</exception>
    public string Known(string value, string key) => _at.ContainsKey(value) || _graph.Inputs.Any(i => i.Name == value)
        ? value
        : throw AnnealException.BadUsage($"model.{key}: the file has no value '{value}'", "'anneal inspect FILE --graph' lists them");

    /// <summary>The graph's inputs that a value follows from.</summary>
    public IEnumerable<string> InputsOf(string value)
    {
        _ = Back("", value, out string[] inputs);
        return inputs;
    }

    /// <summary>The nodes that a value follows from, in order.</summary>
    public IEnumerable<Node> Before(string value) => Back("", value, out _);

    /// <summary>The nodes from one value to another, in order.</summary>
    /// <param name="from">The first value.</param>
    /// <param name="to">The last.</param>
    /// <param name="missing">Inputs of the graph that lead there beside the first.</param>
    public IEnumerable<Node> Between(string from, string to, out string[] missing) => Back(from, to, out missing);

    private Node[] Back(string from, string to, out string[] inputs)
    {
        var nodes = new SortedSet<int>();
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([to]);
        while (open.TryPop(out string? value))
        {
            if (value == from || value.Length == 0 || _graph.Initializers.ContainsKey(value))
            {
                continue;
            }

            if (!_at.TryGetValue(value, out int at))
            {
                found.Add(value);
            }
            else if (nodes.Add(at))
            {
                foreach (string input in _graph.Nodes[at].Inputs)
                {
                    open.Push(input);
                }
            }
        }

        inputs = [.. found];
        return [.. nodes.Select(n => _graph.Nodes[n])];
    }
}
