using System.Collections.Immutable;
using System.Globalization;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir.Format;

/// <summary>A file's graph with names alone, so that its structure is checked whatever its ops, types and attributes are.</summary>
internal static class GraphSkeleton
{
    /// <summary>The graph: initializers are inputs, attributes are left out but for graphs.</summary>
    public static Graph Of(GraphProto proto)
    {
        var inputs = proto.Input.Select(i => i.Name).ToList();
        var known = inputs.ToHashSet(StringComparer.Ordinal);
        inputs.AddRange(proto.Initializer.Select(t => t.Name).Concat(proto.SparseInitializer.Select(s => s.Values?.Name ?? "")).Where(known.Add));
        return new Graph(proto.Name, [.. inputs.Select(Untyped)], [.. proto.Output.Select(o => Untyped(o.Name))], Graph.NoInitializers, Nodes(proto.Node), Graph.NoValues);
    }

    /// <summary>The function, likewise.</summary>
    public static Function Of(FunctionProto proto) => new(
        GraphReader.Domain(proto.Domain), proto.Name, [.. proto.Input], [.. proto.Output], [], Nodes(proto.Node), ImmutableSortedDictionary<string, long>.Empty);

    /// <summary>The nodes' names, each of them unique: the format leaves names optional.</summary>
    public static string[] Names(IReadOnlyList<NodeProto> nodes)
    {
        var taken = nodes.Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        string[] names = new string[nodes.Count];
        for (int i = 0; i < names.Length; i++)
        {
            string name = nodes[i].Name;
            if (name.Length == 0 || !used.Add(name))
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{nodes[i].OpType}_{i}");
                while (taken.Contains(name) || !used.Add(name))
                {
                    name += "_";
                }
            }

            names[i] = name;
        }

        return names;
    }

    /// <summary>The graphs among a node's attributes, by place.</summary>
    public static IEnumerable<(string Place, GraphProto Graph)> Subgraphs(NodeProto node) => node.Attribute.SelectMany(a =>
        a.Graphs.Select((g, i) => (FormattableString.Invariant($"{a.Name}[{i}]"), g)).Concat(a.G is null ? [] : [(a.Name, a.G)]));

    private static ImmutableArray<Node> Nodes(IReadOnlyList<NodeProto> protos)
    {
        string[] names = Names(protos);
        return
        [
            .. protos.Select((p, i) => new Node(
                names[i], GraphReader.Domain(p.Domain), p.OpType, [.. p.Input], [.. p.Output],
                Subgraphs(p).Aggregate(Attributes.None, (all, g) => all.With(g.Place, new AttributeValue.GraphValue(Of(g.Graph)))), Origin.None)),
        ];
    }

    private static ValueInfo Untyped(string name) => new(name, new TensorType(DType.Undefined, null));
}
