using System.Collections.Immutable;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ir;

/// <summary>Checks that graphs and models are whole: single assignment, order, names, schemas, types and shapes.</summary>
public static class GraphChecker
{
    /// <summary>Checks a graph of known ops.</summary>
    /// <param name="graph">The graph.</param>
    /// <exception cref="AnnealException">A value is defined twice or not before it is read, a node name is not unique, a node does not fit its op, or a declared
    /// type contradicts the inferred one.</exception>
    public static void Check(Graph graph) => Check(graph, new Dictionary<string, TensorType>());

    /// <summary>Checks a model: its graph, its functions and its training information.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="AnnealException">As for a graph; or a function calls itself, a domain is not imported, or a binding names nothing.</exception>
    public static void Check(Model model)
    {
        foreach (Function function in model.Functions)
        {
            Structure(function);
            Imported(function.Nodes, function.Opsets);
        }

        foreach (Graph graph in Graphs(model))
        {
            Imported(graph.Nodes, model.Opsets);
        }

        Model flat = InlineFunctions.Apply(model);
        var main = flat.Graph.Initializers.ToDictionary(i => i.Key, i => TensorType.Of(i.Value), StringComparer.Ordinal);
        Check(flat.Graph);
        for (int i = 0; i < flat.Training.Length; i++)
        {
            try
            {
                Check(flat.Training[i], main);
            }
            catch (AnnealException e)
            {
                throw e.In($"training_info {i}");
            }
        }
    }

    /// <summary>Checks names and order alone, which needs no op to be known.</summary>
    internal static void Structure(Graph graph, IReadOnlySet<string>? outer = null) => Structure(graph, outer is null ? null : new Scope(null, outer));

    private static void Structure(Graph graph, Scope? outer)
    {
        string[] twice = [.. graph.Inputs.GroupBy(i => i.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key)];
        if (twice.Length > 0)
        {
            throw AnnealException.BadData($"input '{twice[0]}' is there twice").In($"graph '{graph.Name}'");
        }

        IEnumerable<string> given = graph.Inputs.Select(i => i.Name).Concat(graph.Initializers.Keys);
        Structure($"graph '{graph.Name}'", given, graph.Nodes, graph.Outputs.Select(o => o.Name), outer);
    }

    /// <summary>Checks a function's names and order.</summary>
    internal static void Structure(Function function) =>
        Structure($"function '{function.Domain}.{function.Name}'", function.Inputs, function.Nodes, function.Outputs, null);

    private static IEnumerable<Graph> Graphs(Model model) => model.Training
        .SelectMany(t => t.Initialization is null ? [t.Algorithm] : new[] { t.Initialization, t.Algorithm })
        .Prepend(model.Graph);

    private static void Check(Graph graph, Dictionary<string, TensorType> outer)
    {
        Structure(graph, outer.Keys.ToHashSet(StringComparer.Ordinal));
        TypeInference inference = Infer(graph, outer);
        foreach (ValueInfo output in graph.Outputs)
        {
            Compare("output", output.Name, output.Type, inference.Types[output.Name]);
        }

        foreach ((string name, TensorType type) in graph.Values)
        {
            if (inference.Types.TryGetValue(name, out TensorType? inferred))
            {
                Compare("value", name, type, inferred);
            }
        }
    }

    private static TypeInference Infer(Graph graph, Dictionary<string, TensorType> outer)
    {
        if (outer.Count == 0)
        {
            return TypeInference.Of(graph);
        }

        // A training step may change its own and the model's initializers, so their values are not known ahead of running.
        var inference = new TypeInference();
        foreach ((string name, TensorType type) in outer)
        {
            inference.Declare(name, type);
        }

        foreach (ValueInfo input in graph.Inputs)
        {
            inference.Declare(input.Name, input.Type);
        }

        foreach ((string name, Tensor tensor) in graph.Initializers)
        {
            inference.Declare(name, tensor);
        }

        foreach (Node node in graph.Nodes)
        {
            inference.Add(node);
        }

        return inference;
    }

    private static void Check(TrainingInfo training, Dictionary<string, TensorType> main)
    {
        var state = training.Algorithm.Initializers.ToDictionary(i => i.Key, i => TensorType.Of(i.Value), StringComparer.Ordinal);
        foreach ((string name, TensorType type) in main)
        {
            if (!state.TryAdd(name, type))
            {
                throw AnnealException.BadData($"initializer '{name}' is in the model's graph too").In($"graph '{training.Algorithm.Name}'");
            }
        }

        if (training.Initialization is { } initialization)
        {
            Check(initialization, []);
            Bindings("initialization_binding", training.InitializationBindings, initialization, state);
        }

        Check(training.Algorithm, main);
        Bindings("update_binding", training.UpdateBindings, training.Algorithm, state);
    }

    private static void Bindings(
        string what, ImmutableSortedDictionary<string, string> bindings, Graph graph, Dictionary<string, TensorType> state)
    {
        foreach ((string initializer, string output) in bindings)
        {
            TensorType type = state.GetValueOrDefault(initializer)
                ?? throw AnnealException.BadData($"there is no initializer '{initializer}'").In(what);
            ValueInfo value = graph.Outputs.FirstOrDefault(o => o.Name == output)
                ?? throw AnnealException.BadData($"graph '{graph.Name}' has no output '{output}'").In(what);
            if (!Agree(type, value.Type))
            {
                throw AnnealException.BadData($"initializer '{initializer}' is {type}, but output '{output}' is {value.Type}").In(what);
            }
        }
    }

    private static void Compare(string what, string name, TensorType declared, TensorType inferred)
    {
        if (!Agree(declared, inferred))
        {
            throw AnnealException.BadData($"{what} '{name}' is declared {declared}, but computed as {inferred}");
        }
    }

    private static bool Agree(TensorType declared, TensorType inferred)
    {
        if (declared.Type == DType.Undefined)
        {
            return true;
        }

        return declared.Type == inferred.Type && Agree(declared.Shape, inferred.Shape);
    }

    /// <summary>Whether two shapes can be of one value: what is not known of one agrees with anything.</summary>
    internal static bool Agree(TensorShape? declared, TensorShape? inferred) => declared is not { } d || inferred is not { } i
        || (d.Rank == i.Rank && d.Dims.Zip(i.Dims).All(p => !p.First.IsKnown || !p.Second.IsKnown || p.First == p.Second));

    private static void Imported(ImmutableArray<Node> nodes, ImmutableSortedDictionary<string, long> opsets)
    {
        foreach (Node node in nodes)
        {
            if (!opsets.ContainsKey(node.Domain))
            {
                throw AnnealException.BadData($"domain '{node.Domain}' is not imported").In(node);
            }

            foreach (Graph graph in Captures.Subgraphs(node))
            {
                Imported(graph.Nodes, opsets);
            }
        }
    }

    private static void Structure(
        string what, IEnumerable<string> given, ImmutableArray<Node> nodes, IEnumerable<string> outputs, Scope? outer)
    {
        var defined = new Scope(outer, given);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (Node node in nodes)
        {
            if (node.Name.Length == 0 || !names.Add(node.Name))
            {
                throw AnnealException.BadData(node.Name.Length == 0 ? "the node has no name" : "another node has that name").In(node).In(what);
            }

            foreach (string read in Captures.Reads(node))
            {
                if (!defined.Contains(read))
                {
                    throw Undefined(node, read, nodes).In(what);
                }
            }

            foreach (Graph graph in Captures.Subgraphs(node))
            {
                Structure(graph, defined);
            }

            foreach (string output in node.Outputs)
            {
                if (output.Length > 0 && !defined.Add(output))
                {
                    throw AnnealException.BadData($"value '{output}' is defined twice").In(node).In(what);
                }
            }
        }

        if (outputs.FirstOrDefault(o => !defined.Contains(o)) is { } missing)
        {
            throw AnnealException.BadData($"output '{missing}' is computed by no node").In(what);
        }
    }

    private static AnnealException Undefined(Node node, string read, ImmutableArray<Node> nodes)
    {
        Node? producer = nodes.FirstOrDefault(n => n.Outputs.Contains(read));
        if (producer is null)
        {
            return AnnealException.BadData($"input '{read}' is defined nowhere").In(node);
        }

        return InCycle(node, nodes)
            ? AnnealException.BadData($"the node is part of a cycle, by input '{read}' from node '{producer.Name}'").In(node)
            : AnnealException.BadData($"input '{read}' is computed later, by node '{producer.Name}'", "nodes must stand in execution order").In(node);
    }

    private static bool InCycle(Node start, ImmutableArray<Node> nodes)
    {
        ILookup<string, Node> readers = nodes.SelectMany(n => Captures.Reads(n).Select(r => (r, n))).ToLookup(p => p.r, p => p.n, StringComparer.Ordinal);
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var open = new Stack<Node>([start]);
        while (open.TryPop(out Node? node))
        {
            foreach (Node reader in node.Outputs.Where(o => o.Length > 0).SelectMany(o => readers[o]))
            {
                if (ReferenceEquals(reader, start))
                {
                    return true;
                }

                if (seen.Add(reader))
                {
                    open.Push(reader);
                }
            }
        }

        return false;
    }

    // The names that a graph defines, and those of the graphs around it.
    private sealed class Scope(Scope? outer, IEnumerable<string> given)
    {
        private readonly HashSet<string> _own = new(given, StringComparer.Ordinal);

        public bool Contains(string name) => _own.Contains(name) || outer?.Contains(name) == true;

        public bool Add(string name) => !Contains(name) && _own.Add(name);
    }
}
