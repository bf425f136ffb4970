using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Puts the branch that is taken in the place of every If whose condition is constant; any other is refused.</summary>
internal static class FoldIf
{
    public static bool IsIf(Node node) => node is { Domain: "", OpType: "If" };

    /// <summary>Folds every If of a graph, those inside the branches taken included.</summary>
    /// <param name="graph">The graph as it was read.</param>
    /// <returns>The graph without If.</returns>
    /// <exception cref="AnnealException">A condition is not a constant.</exception>
    public static Graph Apply(Graph graph)
    {
        while (graph.Nodes.FirstOrDefault(IsIf) is { } node)
        {
            graph = Replace(graph, node);
        }

        return graph;
    }

    private static Graph Replace(Graph graph, Node node)
    {
        string branch = Condition(graph, node) ? "then_branch" : "else_branch";
        if (node.Attributes.Find(branch) is not AttributeValue.GraphValue { Value: { } taken })
        {
            throw AnnealException.BadData($"attribute '{branch}' is missing").In(node);
        }

        if (taken.Outputs.Length != node.Outputs.Length)
        {
            throw AnnealException.BadData($"'{branch}' has {taken.Outputs.Length} outputs, expected {node.Outputs.Length}").In(node);
        }

        string Inner(string name) => $"{node.Name}/{name}";
        Dictionary<string, string> names = taken.Nodes.SelectMany(n => n.Outputs).Where(o => o.Length > 0).Concat(taken.Initializers.Keys)
            .Distinct().ToDictionary(o => o, Inner, StringComparer.Ordinal);
        Node[] inlined =
        [
            .. taken.Nodes.Select(n => Captures.Rename(n, names) with
            {
                Name = Inner(n.Name),
                Outputs = [.. n.Outputs.Select(o => names.GetValueOrDefault(o, o))],
            }),
            .. node.Outputs.Select((o, i) => (o, taken.Outputs[i].Name)).Where(p => p.o.Length > 0).Select((p, i) => new Node(
                Inner($"output_{i}"), "", "Identity", [names.GetValueOrDefault(p.Name, p.Name)], [p.o], Attributes.None, node.Origin)),
        ];
        int at = graph.Nodes.IndexOf(node);
        return graph with
        {
            Nodes = graph.Nodes.RemoveAt(at).InsertRange(at, inlined),
            Initializers = graph.Initializers.AddRange(taken.Initializers.Select(i => KeyValuePair.Create(names[i.Key], i.Value))),
        };
    }

    private static bool Condition(Graph graph, Node node)
    {
        string name = node.Inputs.FirstOrDefault("");
        Tensor? value = graph.Initializers.GetValueOrDefault(name);
        bool isOpen = graph.Inputs.Any(i => i.Name == name);
        value ??= graph.Nodes.FirstOrDefault(n => n.Outputs.Contains(name)) is { Domain: "", OpType: "Constant" } constant ? constant.Attributes.Tensor("value") : null;
        return value is { Type: DType.Bool, Length: 1 } && !isOpen
            ? value.Span<bool>()[0]
            : throw AnnealException.NotSupported("If is supported only where its condition is a constant", ["If"]).In(node);
    }
}
