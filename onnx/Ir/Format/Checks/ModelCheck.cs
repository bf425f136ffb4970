using System.Globalization;
using Anneal.Onnx.Proto;

namespace Anneal.Onnx.Ir.Format;

/// <summary>Checks a parsed file in full: every tensor wherever it stands, every type, names, order, nesting and calls.</summary>
/// <remarks>It knows no op: a file that only another runtime can run is checked like any other.</remarks>
internal sealed class ModelCheck(ExternalFolder folder, ModelLimits limits)
{
    private const long OldestIrVersion = 3;
    private const long NewestIrVersion = 13;

    // Ops by which a runtime opens files or runs code that the model names.
    private static readonly (string Domain, string Op)[] s_reachingOut = [("com.microsoft", "EPContext"), ("com.microsoft", "PythonOp"), ("com.microsoft", "PythonOpGrad"), ("com.microsoft", "ExternalFunctionOp")];

    private long _sparse;

    /// <summary>Checks a model.</summary>
    /// <param name="model">The parsed file.</param>
    /// <exception cref="AnnealException">Something is wrong or beyond a limit; frames name the place.</exception>
    public void Check(ModelProto model)
    {
        if (model.Graph is null)
        {
            throw AnnealException.BadData("not an ONNX model: it holds no graph");
        }

        if (model.IrVersion is < OldestIrVersion or > NewestIrVersion)
        {
            throw AnnealException.BadData(string.Create(CultureInfo.InvariantCulture, $"IR version {model.IrVersion} is not supported, expected {OldestIrVersion} to {NewestIrVersion}"));
        }

        Calls(model);
        Contents(model.Graph, 0);
        HashSet<string> given = [.. model.Graph.Initializer.Select(t => t.Name)];
        foreach (FunctionProto function in model.Functions)
        {
            In($"function '{NameOf(function)}'", () =>
            {
                Attributes(function.AttributeProto, 0);
                Nodes(function.Node, 0);
            });
        }

        for (int i = 0; i < model.TrainingInfo.Count; i++)
        {
            TrainingInfoProto training = model.TrainingInfo[i];
            In(FormattableString.Invariant($"training_info {i}"), () =>
            {
                Contents(training.Initialization ?? new GraphProto(), 0);
                Contents(training.Algorithm ?? new GraphProto(), 0);
            });
        }

        folder.CheckOverlap();
        GraphChecker.Structure(GraphSkeleton.Of(model.Graph));
        foreach (FunctionProto function in model.Functions)
        {
            GraphChecker.Structure(GraphSkeleton.Of(function));
        }

        foreach (TrainingInfoProto training in model.TrainingInfo)
        {
            GraphChecker.Structure(GraphSkeleton.Of(training.Algorithm ?? new GraphProto()), given);
            GraphChecker.Structure(GraphSkeleton.Of(training.Initialization ?? new GraphProto()));
        }
    }

    private void Calls(ModelProto model)
    {
        var functions = new Dictionary<string, FunctionProto>(StringComparer.Ordinal);
        foreach (FunctionProto function in model.Functions)
        {
            if (!functions.TryAdd(NameOf(function), function))
            {
                throw AnnealException.BadData($"function '{NameOf(function)}' is there twice");
            }
        }

        var tree = new CallTree(
            functions.ToDictionary(
                f => f.Key,
                f =>
                {
                    ILookup<bool, string> nodes = WithNested(f.Value.Node).Select(NameOf).ToLookup(functions.ContainsKey);
                    return (nodes[false].Count(), (IReadOnlyList<string>)[.. nodes[true]]);
                },
                StringComparer.Ordinal),
            limits);
        tree.Check();
        IEnumerable<GraphProto> graphs = model.TrainingInfo.SelectMany(t => new[] { t.Initialization, t.Algorithm }).OfType<GraphProto>().Prepend(model.Graph);
        if (graphs.SelectMany(g => WithNested(g.Node)).Sum(n => tree.NodesOf(NameOf(n))) > limits.ExpandedNodes)
        {
            throw ModelLimits.Beyond(FormattableString.Invariant($"functions expand to more than {limits.ExpandedNodes} nodes"));
        }
    }

    private void Contents(GraphProto graph, int nesting)
    {
        if (nesting > limits.Nesting)
        {
            throw ModelLimits.Beyond(FormattableString.Invariant($"graphs are nested more than {limits.Nesting} deep"));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (TensorProto tensor in graph.Initializer)
        {
            Named(tensor.Name, () => Tensor(tensor));
        }

        foreach (SparseTensorProto tensor in graph.SparseInitializer)
        {
            Named(tensor.Values?.Name ?? "", () => Sparse(tensor));
        }

        Values("input", graph.Input);
        Values("output", graph.Output);
        Values("value", graph.ValueInfo);
        Nodes(graph.Node, nesting);

        void Named(string name, Action check)
        {
            In($"initializer '{name}'", check);
            if (!names.Add(name))
            {
                throw AnnealException.BadData($"initializer '{name}' is there twice");
            }
        }
    }

    private void Nodes(IReadOnlyList<NodeProto> nodes, int nesting)
    {
        string[] names = GraphSkeleton.Names(nodes);
        for (int i = 0; i < names.Length; i++)
        {
            NodeProto node = nodes[i];
            In($"node '{names[i]}' ({node.OpType})", () =>
            {
                if (s_reachingOut.Contains((node.Domain, node.OpType)))
                {
                    throw AnnealException.BadData("the op makes a runtime open files or run code that the model names", "export the model without it");
                }

                Attributes(node.Attribute, nesting);
            });
        }
    }

    private void Attributes(IReadOnlyList<AttributeProto> attributes, int nesting)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (AttributeProto attribute in attributes)
        {
            if (!names.Add(attribute.Name))
            {
                throw AnnealException.BadData($"attribute '{attribute.Name}' is there twice");
            }

            In($"attribute '{attribute.Name}'", () =>
            {
                Each(attribute.Tensors.Concat(attribute.T is null ? [] : [attribute.T]), Tensor);
                Each(attribute.SparseTensors.Concat(attribute.SparseTensor is null ? [] : [attribute.SparseTensor]), Sparse);
                Each(attribute.Graphs.Concat(attribute.G is null ? [] : [attribute.G]), g => Contents(g, nesting + 1));
                Each(attribute.TypeProtos.Concat(attribute.Tp is null ? [] : [attribute.Tp]), Type);
            });
        }
    }

    private void Tensor(TensorProto tensor)
    {
        long bytes = TensorLayout.Check(tensor, limits);
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            folder.Check(tensor, bytes);
        }
    }

    private void Sparse(SparseTensorProto tensor)
    {
        Tensor(tensor.Values ?? new TensorProto());
        Tensor(tensor.Indices ?? new TensorProto());
        if ((_sparse += TensorLayout.Elements(tensor.Dims, limits)) > limits.SparseElements)
        {
            throw ModelLimits.Beyond(FormattableString.Invariant($"sparse tensors of more than {limits.SparseElements} elements in all"));
        }

        TensorFormat.Positions(tensor, folder);
    }

    private void Values(string what, IEnumerable<ValueInfoProto> values)
    {
        foreach (ValueInfoProto value in values)
        {
            In($"{what} '{value.Name}'", () => Type(value.Type ?? new TypeProto()));
        }
    }

    // The scan of the file's depth bounds how far types go into one another.
    private void Type(TypeProto type)
    {
        Shape(type.TensorType?.Shape);
        Shape(type.SparseTensorType?.Shape);
        Each(new[] { type.SequenceType?.ElemType, type.OptionalType?.ElemType, type.MapType?.ValueType }.OfType<TypeProto>(), Type);
    }

    private void Shape(TensorShapeProto? shape)
    {
        if (shape?.Dim.Count > limits.Rank)
        {
            throw ModelLimits.Beyond(FormattableString.Invariant($"a shape of {shape.Dim.Count} dimensions, expected at most {limits.Rank}"));
        }

        // Some exporters write -1 for what is not known.
        if (shape?.Dim.FirstOrDefault(d => d.DimValue is < -1 or >= int.MaxValue) is { } odd)
        {
            throw AnnealException.BadData($"a dimension of {odd.DimValue} is not supported");
        }
    }

    private static string NameOf(FunctionProto function) => NameOf(function.Domain, function.Name, function.Overload);

    private static string NameOf(NodeProto node) => NameOf(node.Domain, node.OpType, node.Overload);

    private static string NameOf(string domain, string name, string overload) => $"{GraphReader.Domain(domain)}.{name}{(overload.Length > 0 ? $":{overload}" : "")}";

    private static IEnumerable<NodeProto> WithNested(IEnumerable<NodeProto> nodes) =>
        nodes.SelectMany(n => GraphSkeleton.Subgraphs(n).SelectMany(g => WithNested(g.Graph.Node)).Prepend(n));

    private static void Each<T>(IEnumerable<T> items, Action<T> check)
    {
        foreach (T item in items)
        {
            check(item);
        }
    }

    private static void In(string frame, Action check)
    {
        try
        {
            check();
        }
        catch (AnnealException e)
        {
            throw e.In(frame);
        }
    }
}
