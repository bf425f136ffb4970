using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Puts the branch that is taken in the place of every If whose condition is constant; any other is refused.</summary>
internal sealed class FoldIf
{
    private readonly Graph _graph;
    private readonly HashSet<string> _inputs;
    private readonly ImmutableArray<Node>.Builder _nodes = ImmutableArray.CreateBuilder<Node>();
    private readonly ImmutableSortedDictionary<string, Tensor>.Builder _initializers;
    private readonly Dictionary<string, Tensor> _constants = new(StringComparer.Ordinal);
    private long _characters;

    private FoldIf(Graph graph)
    {
        _graph = graph;
        _inputs = graph.Inputs.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        _initializers = graph.Initializers.ToBuilder();
    }

    public static bool IsIf(Node node) => node is { Domain: "", OpType: "If" };

    /// <summary>Folds every If of a graph, those inside the branches taken included.</summary>
    /// <param name="graph">The graph as it was read.</param>
    /// <returns>The graph without If.</returns>
    /// <exception cref="AnnealException">A condition is not a constant.</exception>
    public static Graph Apply(Graph graph) => graph.Nodes.Any(IsIf) ? new FoldIf(graph).Folded() : graph;

    private Graph Folded()
    {
        foreach (Node node in _graph.Nodes)
        {
            Append(node);
        }

        return _graph with { Nodes = _nodes.ToImmutable(), Initializers = _initializers.ToImmutable() };
    }

    private void Append(Node node)
    {
        if (IsIf(node))
        {
            Replace(node);
            return;
        }

        _nodes.Add(node);
        if (node is { Domain: "", OpType: "Constant", Outputs: [string output, ..] } && node.Attributes.Tensor("value") is { } value)
        {
            _constants[output] = value;
        }
    }

    private void Replace(Node node)
    {
        string branch = Condition(node) ? "then_branch" : "else_branch";
        if (node.Attributes.Find(branch) is not AttributeValue.GraphValue { Value: { } taken })
        {
            throw AnnealException.BadData($"attribute '{branch}' is missing").In(node);
        }

        if (taken.Outputs.Length != node.Outputs.Length)
        {
            throw AnnealException.BadData($"'{branch}' has {taken.Outputs.Length} outputs, expected {node.Outputs.Length}").In(node);
        }

        Dictionary<string, string> names = taken.Nodes.SelectMany(n => n.Outputs).Where(o => o.Length > 0).Concat(taken.Initializers.Keys)
            .Distinct().ToDictionary(o => o, o => Inner(node, o), StringComparer.Ordinal);
        foreach ((string name, Tensor value) in taken.Initializers)
        {
            if (!_initializers.TryAdd(names[name], value))
            {
                throw AnnealException.BadData($"initializer '{names[name]}' of the graph has the name that '{name}' of '{branch}' gets").In(node);
            }
        }

        foreach (Node inner in taken.Nodes)
        {
            Append(Captures.Rename(inner, names) with { Name = Inner(node, inner.Name), Outputs = [.. inner.Outputs.Select(o => names.GetValueOrDefault(o, o))] });
        }

        for (int i = 0; i < node.Outputs.Length; i++)
        {
            if (node.HasOutput(i))
            {
                string from = taken.Outputs[i].Name;
                Append(new Node(Inner(node, $"output_{i}"), "", "Identity", [names.GetValueOrDefault(from, from)], [node.Outputs[i]], Attributes.None, node.Origin));
            }
        }
    }

    private string Inner(Node node, string name) => (_characters += node.Name.Length + name.Length + 1) > ModelLimits.Default.NameCharacters
        ? throw ModelLimits.Beyond(FormattableString.Invariant($"branches expand to names of more than {ModelLimits.Default.NameCharacters} characters in all"))
        : $"{node.Name}/{name}";

    private bool Condition(Node node)
    {
        string name = node.Inputs.FirstOrDefault("");
        Tensor? value = _initializers.GetValueOrDefault(name) ?? _constants.GetValueOrDefault(name);
        return value is { Type: DType.Bool, Length: 1 } && !_inputs.Contains(name)
            ? value.Span<bool>()[0]
            : throw AnnealException.NotSupported("If is supported only where its condition is a constant", ["If"]).In(node);
    }
}
