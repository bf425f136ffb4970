using System.Collections.Immutable;
using System.Globalization;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Proto;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir.Format;

/// <summary>Reads the graphs and functions of one model, and gathers the ops that nothing here can run.</summary>
/// <param name="folder">Where external data is.</param>
/// <param name="functions">The functions that the model brings.</param>
/// <param name="takesGradients">Whether nodes of Gradient are expanded later.</param>
/// <param name="typesOnly">Whether large initializers of a main graph become inputs.</param>
internal sealed class GraphReader(ExternalFolder folder, IReadOnlySet<(string Domain, string Name)> functions, bool takesGradients, bool typesOnly)
{
    private readonly List<string> _unsupported = [];

    private readonly SortedSet<string> _unsupportedOps = new(StringComparer.Ordinal);

    /// <summary>The nodes whose ops are neither known here nor functions of the model, described.</summary>
    public IReadOnlyList<string> Unsupported => _unsupported;

    /// <summary>The names of their ops.</summary>
    public IReadOnlyCollection<string> UnsupportedOps => _unsupportedOps;

    public static string Domain(string domain) => domain == "ai.onnx" ? "" : domain;

    public static ImmutableSortedDictionary<string, long> Opsets(IEnumerable<OperatorSetIdProto> imports)
    {
        var opsets = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        foreach (OperatorSetIdProto import in imports)
        {
            if (!opsets.TryAdd(Domain(import.Domain), import.Version) && opsets[Domain(import.Domain)] != import.Version)
            {
                throw AnnealException.BadData($"domain '{import.Domain}' is imported in two versions");
            }
        }

        return opsets.ToImmutable();
    }

    public static ImmutableSortedDictionary<string, string> Entries(string what, IEnumerable<StringStringEntryProto> entries)
    {
        var result = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (StringStringEntryProto entry in entries)
        {
            if (!result.TryAdd(entry.Key, entry.Value))
            {
                throw AnnealException.BadData($"{what} has the key '{entry.Key}' twice");
            }
        }

        return result.ToImmutable();
    }

    public Function Read(FunctionProto proto)
    {
        string what = $"function '{proto.Domain}.{proto.Name}'";
        return In(what, () =>
        {
            if (proto.Overload.Length > 0)
            {
                throw AnnealException.BadData($"overload '{proto.Overload}' of a function is not supported");
            }

            // The body of an op of ours may have ops that only other runtimes run.
            if (OpTable.Find(Domain(proto.Domain), proto.Name)?.Body is { } body && ModelWriter.ToProto(body).Equals(proto))
            {
                return body;
            }

            ImmutableSortedDictionary<string, long> opsets = Opsets(proto.OpsetImport);
            return new Function(
                Domain(proto.Domain),
                proto.Name,
                [.. proto.Input],
                [.. proto.Output],
                [.. proto.Attribute],
                Nodes(proto.Node, opsets, $" of {what}", new Dictionary<string, int>()),
                opsets)
            {
                Defaults = AttributesOf(proto.AttributeProto, opsets, what),
            };
        });
    }

    /// <summary>Reads a graph.</summary>
    /// <param name="proto">The file's graph.</param>
    /// <param name="opsets">The versions that its nodes are of.</param>
    /// <param name="untyped">Whether inputs may go without a type, as in subgraphs.</param>
    /// <param name="constantInputs">Whether an input with an initializer is a constant, as before IR version 4.</param>
    public Graph Read(GraphProto proto, ImmutableSortedDictionary<string, long> opsets, bool untyped = false, bool constantInputs = false)
    {
        var initializers = Graph.NoInitializers.ToBuilder();
        ImmutableArray<ValueInfo> unread = [];
        foreach (TensorProto tensor in proto.Initializer)
        {
            if (typesOnly && !untyped && TensorLayout.Elements(tensor.Dims, ModelLimits.Default) > TypeInference.FoldLimit)
            {
                unread = unread.Add(new ValueInfo(tensor.Name, new TensorType(TensorFormat.ElementType(tensor.DataType), new TensorShape([.. tensor.Dims.Select(d => Dim.Of((int)d))]))));
                continue;
            }

            initializers.Add(tensor.Name, In($"initializer '{tensor.Name}'", () => TensorFormat.FromProto(tensor, folder)));
        }

        foreach (SparseTensorProto tensor in proto.SparseInitializer)
        {
            string name = tensor.Values?.Name ?? "";
            initializers.Add(name, In($"initializer '{name}'", () => TensorFormat.FromSparse(tensor, folder)));
        }

        ImmutableArray<ValueInfo> inputs = [.. proto.Input.Select(i => Value("input", i))];
        if (!untyped && inputs.FirstOrDefault(i => i.Type.Type == DType.Undefined) is { } bare)
        {
            throw AnnealException.BadData($"input '{bare.Name}' has no type");
        }

        if (!unread.IsEmpty)
        {
            inputs = [.. inputs.ExceptBy(unread.Select(u => u.Name), i => i.Name), .. unread];
        }

        var values = Graph.NoValues.ToBuilder();
        foreach (ValueInfo value in proto.ValueInfo.Select(v => Value("value", v)))
        {
            if (value.Type.Type != DType.Undefined && !initializers.ContainsKey(value.Name))
            {
                values[value.Name] = value.Type;
            }
        }

        return new Graph(
            proto.Name,
            constantInputs ? [.. inputs.Where(i => !initializers.ContainsKey(i.Name))] : inputs,
            [.. proto.Output.Select(o => Value("output", o))],
            initializers.ToImmutable(),
            Nodes(proto.Node, opsets, "", Ranks(proto)),
            values.ToImmutable());
    }

    private static Dictionary<string, int> Ranks(GraphProto proto)
    {
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (ValueInfoProto value in proto.Input.Concat(proto.ValueInfo))
        {
            if (value.Type?.TensorType?.Shape is { } shape)
            {
                ranks[value.Name] = shape.Dim.Count;
            }
        }

        foreach (TensorProto tensor in proto.Initializer)
        {
            ranks[tensor.Name] = tensor.Dims.Count;
        }

        return ranks;
    }

    private ImmutableArray<Node> Nodes(
        IReadOnlyList<NodeProto> protos, ImmutableSortedDictionary<string, long> opsets, string place, IReadOnlyDictionary<string, int> ranks)
    {
        string[] names = GraphSkeleton.Names(protos);
        var used = names.ToHashSet(StringComparer.Ordinal);
        var nodes = ImmutableArray.CreateBuilder<Node>(protos.Count);
        for (int i = 0; i < protos.Count; i++)
        {
            NodeProto proto = protos[i];
            string name = names[i];
            string domain = Domain(proto.Domain);
            var node = new Node(
                name,
                domain,
                proto.OpType,
                [.. proto.Input],
                [.. proto.Output],
                AttributesOf(proto.Attribute, opsets, $"node '{name}' ({proto.OpType})"),
                Origin.None);
            if (proto.Overload.Length > 0)
            {
                throw AnnealException.BadData($"overload '{proto.Overload}' of a function is not supported").In(node);
            }

            bool isStandard = domain.Length == 0 && !functions.Contains((domain, node.OpType));
            IReadOnlyList<Node>? parts = !isStandard ? ExpandUpdates.Apply(node)
                : opsets.TryGetValue("", out long version) ? UpgradeOpset.Apply(node, version, ranks) : null;
            if (parts is not null)
            {
                foreach (Node part in parts)
                {
                    string unique = part.Name;
                    while (unique != name && !used.Add(unique))
                    {
                        unique += "_";
                    }

                    Recognize(part, opsets.SetItem("", Model.DefaultOpset), place);
                    nodes.Add(part with { Name = unique });
                }

                continue;
            }

            if (!isStandard || !FoldIf.IsIf(node))
            {
                Recognize(node, opsets, place);
            }

            nodes.Add(node);
        }

        return nodes.ToImmutable();
    }

    private void Recognize(Node node, ImmutableSortedDictionary<string, long> opsets, string place)
    {
        string shown = node.Domain.Length == 0 ? "ai.onnx" : node.Domain;
        if (!opsets.TryGetValue(node.Domain, out long version))
        {
            Refuse(node, $"op {node.OpType} (domain {shown}, which is not imported), node '{node.Name}'{place}");
            return;
        }

        if (functions.Contains((node.Domain, node.OpType)) || (takesGradients && ExpandUpdates.IsGradient(node)))
        {
            return;
        }

        string text = string.Create(CultureInfo.InvariantCulture, $"op {node.OpType} (domain {shown}, version {version}), node '{node.Name}'{place}");
        text += ExpandUpdates.IsGradient(node) ? ": gradients are derived when a step is built, not when a file is read" : "";
        if (OpTable.Find(node.Domain, node.OpType) is not { } op)
        {
            Refuse(node, text);
        }
        else if (node.Domain.Length == 0 && (version < op.Schema.From || version > op.Schema.Until))
        {
            Refuse(node, string.Create(CultureInfo.InvariantCulture, $"{text} (versions {op.Schema.From} to {op.Schema.Until} are)"));
        }
    }

    private void Refuse(Node node, string text)
    {
        _unsupported.Add(text);
        _unsupportedOps.Add(node.OpType);
    }

    private Attributes AttributesOf(IEnumerable<AttributeProto> protos, ImmutableSortedDictionary<string, long> opsets, string owner)
    {
        Attributes attributes = Attributes.None;
        foreach (AttributeProto proto in protos)
        {
            attributes = attributes.With(proto.Name, In(owner, () => In($"attribute '{proto.Name}'", () => Attribute(proto, opsets))));
        }

        return attributes;
    }

    private AttributeValue Attribute(AttributeProto proto, ImmutableSortedDictionary<string, long> opsets)
    {
        Type kind = AttributeKinds.FromProto(proto.Type) ?? throw AnnealException.NotSupported($"attributes of kind {proto.Type} are not supported", []);
        return proto.RefAttrName.Length > 0
            ? new AttributeValue.Reference(proto.RefAttrName, kind)
            : proto.Type switch
            {
                AttributeProto.Types.AttributeType.Int => proto.I,
                AttributeProto.Types.AttributeType.Float => proto.F,
                AttributeProto.Types.AttributeType.String => TensorFormat.Text(proto.S),
                AttributeProto.Types.AttributeType.Tensor => TensorFormat.FromProto(proto.T ?? throw Empty(), folder),
                AttributeProto.Types.AttributeType.Graph => new AttributeValue.GraphValue(Read(proto.G ?? throw Empty(), opsets, untyped: true)),
                AttributeProto.Types.AttributeType.Ints => new AttributeValue.Ints([.. proto.Ints]),
                AttributeProto.Types.AttributeType.Floats => new AttributeValue.Floats([.. proto.Floats]),
                _ => new AttributeValue.Strings([.. proto.Strings.Select(TensorFormat.Text)]),
            };

        static AnnealException Empty() => AnnealException.BadData("the value is missing");
    }

    private static ValueInfo Value(string what, ValueInfoProto proto) => In($"{what} '{proto.Name}'", () =>
    {
        if (proto.Type is null || proto.Type.ValueCase == TypeProto.ValueOneofCase.None)
        {
            return new ValueInfo(proto.Name, new TensorType(DType.Undefined, null));
        }

        TypeProto.Types.Tensor tensor = proto.Type.TensorType
            ?? throw AnnealException.NotSupported($"values of kind {proto.Type.ValueCase} are not supported", []);
        TensorShape? shape = tensor.Shape is null ? null : new TensorShape([.. tensor.Shape.Dim.Select(Dimension)]);
        return new ValueInfo(proto.Name, new TensorType(TensorFormat.ElementType(tensor.ElemType), shape));
    });

    private static Dim Dimension(TensorShapeProto.Types.Dimension proto) => proto.ValueCase switch
    {
        // Some exporters write -1 for what is not known.
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue when proto.DimValue == -1 => Dim.Unknown,
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue => proto.DimValue is >= 0 and < int.MaxValue
            ? Dim.Of((int)proto.DimValue)
            : throw AnnealException.BadData($"a dimension of {proto.DimValue} is not supported"),
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam when proto.DimParam.Length > 0 => Dim.Of(proto.DimParam),
        _ => Dim.Unknown,
    };

    private static T In<T>(string frame, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (AnnealException e)
        {
            throw e.In(frame);
        }
    }
}
