using Anneal.Onnx.Proto;

namespace Anneal.Onnx.Ir.Format;

/// <summary>Reads of a file only who computes and who reads each value: what can be said of a graph whose ops are another runtime's own.</summary>
public static class GraphOutline
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its graph: nodes without attributes, that list among their inputs what their subgraphs take from around them; no types, no constants' values.</returns>
    public static Graph Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        GraphProto graph = ModelProto.Parser.ParseFrom(stream).Graph;
        return new Graph(
            graph.Name,
            [.. graph.Input.Select(i => Bare(i.Name))],
            [.. graph.Output.Select(o => Bare(o.Name))],
            Graph.NoInitializers,
            [.. graph.Node.Select((n, i) => new Node(n.Name.Length > 0 ? n.Name : FormattableString.Invariant($"{n.OpType}_{i}"), GraphReader.Domain(n.Domain), n.OpType, [.. Reads(n)], [.. n.Output], Attributes.None, Origin.None))],
            Graph.NoValues);
    }

    private static ValueInfo Bare(string name) => new(name, new TensorType(Tensors.DType.Undefined, null));

    private static IEnumerable<string> Reads(NodeProto node) =>
        node.Input.Concat(node.Attribute.Where(a => a.G is not null).SelectMany(a => Free(a.G)).Distinct(StringComparer.Ordinal));

    private static IEnumerable<string> Free(GraphProto graph)
    {
        HashSet<string> own = [.. graph.Input.Select(i => i.Name), .. graph.Initializer.Select(i => i.Name), .. graph.Node.SelectMany(n => n.Output), ""];
        return graph.Node.SelectMany(Reads).Concat(graph.Output.Select(o => o.Name)).Where(name => !own.Contains(name));
    }
}
