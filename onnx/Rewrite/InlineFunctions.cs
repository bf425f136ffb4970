using System.Collections.Immutable;
using System.Globalization;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Ops;

namespace Anneal.Onnx.Rewrite;

/// <summary>Replaces calls of model-local functions by their bodies.</summary>
/// <remarks>A function that is an op known here, with the very body that the op has, stays a call: its kernel computes the same.</remarks>
public static class InlineFunctions
{
    private static readonly ModelLimits s_limits = ModelLimits.Default;

    /// <summary>Inlines every function of a model that is no op known here.</summary>
    /// <param name="model">The model.</param>
    /// <param name="known">Also those that are.</param>
    /// <returns>The model, with the functions and opsets that it still needs.</returns>
    /// <exception cref="AnnealException">A function calls itself, or a call does not fit its function.</exception>
    public static Model Apply(Model model, bool known = false)
    {
        ImmutableArray<Function> all = model.Functions;
        if (known)
        {
            all = FunctionBodies.Complete(model).Functions;
        }

        ImmutableArray<Function> inlined = [.. all.Where(f => known || !IsKnown(f))];
        if (inlined.Length == 0)
        {
            return model;
        }

        Refuse(inlined);
        Model flat = model with
        {
            Graph = Apply(model.Graph, inlined),
            Training = [.. model.Training.Select(t => t with
            {
                Initialization = t.Initialization is null ? null : Apply(t.Initialization, inlined),
                Algorithm = Apply(t.Algorithm, inlined),
            })],
        };
        var domains = Nodes(flat).Select(n => n.Domain).ToHashSet(StringComparer.Ordinal);
        ImmutableArray<Function> kept = [.. all.Except(inlined)];
        var called = Nodes(flat).Select(n => (n.Domain, n.OpType)).ToHashSet();
        var opsets = model.Opsets.RemoveRange(inlined.Select(f => f.Domain).Where(d => d.Length > 0 && !domains.Contains(d)));
        foreach ((string domain, long version) in inlined.SelectMany(f => f.Opsets))
        {
            if (domains.Contains(domain) && !opsets.ContainsKey(domain))
            {
                opsets = opsets.Add(domain, domain.Length == 0 ? Model.DefaultOpset : version);
            }
        }

        return flat with { Functions = [.. kept.Where(f => called.Contains((f.Domain, f.Name)))], Opsets = opsets };
    }

    /// <summary>Inlines functions in a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="functions">The functions; calls within them are inlined too.</param>
    /// <returns>A graph without calls of them, whose nodes keep the origin of the call.</returns>
    /// <exception cref="AnnealException">A function calls itself, or a call does not fit its function.</exception>
    public static Graph Apply(Graph graph, IEnumerable<Function> functions)
    {
        var byName = functions.ToDictionary(f => (f.Domain, f.Name));
        Refuse(byName.Values);
        return new Inliner(byName, NamesOf(graph)).Run(graph);
    }

    private static bool IsKnown(Function function) => OpTable.Find(function.Domain, function.Name)?.Body is { } body
        && ModelWriter.ToProto(body).Equals(ModelWriter.ToProto(function));

    private static IEnumerable<Node> Nodes(Model model) => model.Training
        .SelectMany(t => t.Algorithm.Nodes.Concat(t.Initialization?.Nodes ?? []))
        .Concat(model.Graph.Nodes)
        .SelectMany(Captures.WithNested);

    private static HashSet<string> NamesOf(Graph graph)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        Add(graph);
        return names;

        void Add(Graph g)
        {
            names.UnionWith(g.Inputs.Select(i => i.Name));
            names.UnionWith(g.Initializers.Keys);
            foreach (Node node in g.Nodes)
            {
                names.Add(node.Name);
                names.UnionWith(node.Outputs);
                foreach (Graph inner in Captures.Subgraphs(node))
                {
                    Add(inner);
                }
            }
        }
    }

    private static void Refuse(IEnumerable<Function> functions)
    {
        Dictionary<string, Function> byName = functions.ToDictionary(f => $"{f.Domain}.{f.Name}", StringComparer.Ordinal);
        new CallTree(
            byName.ToDictionary(
                f => f.Key,
                f =>
                {
                    ILookup<bool, string> nodes = f.Value.Nodes.SelectMany(Captures.WithNested).Select(n => $"{n.Domain}.{n.OpType}").ToLookup(byName.ContainsKey);
                    return (nodes[false].Count(), (IReadOnlyList<string>)[.. nodes[true]]);
                },
                StringComparer.Ordinal),
            s_limits).Check();
    }

    private sealed class Inliner(Dictionary<(string Domain, string Name), Function> functions, HashSet<string> used)
    {
        private int _count;
        private long _characters;

        public Graph Run(Graph graph)
        {
            var nodes = ImmutableArray.CreateBuilder<Node>();
            foreach (Node node in graph.Nodes)
            {
                Append(node, nodes);
            }

            return graph with { Nodes = nodes.ToImmutable() };
        }

        private void Append(Node node, ImmutableArray<Node>.Builder nodes)
        {
            if (functions.TryGetValue((node.Domain, node.OpType), out Function? function))
            {
                Expand(node, function, nodes);
                return;
            }

            Attributes attributes = node.Attributes;
            foreach ((string name, AttributeValue value) in node.Attributes)
            {
                if (value is AttributeValue.GraphValue graph)
                {
                    attributes = attributes.With(name, new AttributeValue.GraphValue(Run(graph.Value)));
                }
            }

            nodes.Add(node with { Attributes = attributes });
        }

        private void Expand(Node call, Function function, ImmutableArray<Node>.Builder nodes)
        {
            Fit(call, function);
            var names = new Dictionary<string, string>(StringComparer.Ordinal);
            for (int i = 0; i < function.Inputs.Length; i++)
            {
                names[function.Inputs[i]] = call.HasInput(i) ? call.Inputs[i] : "";
            }

            var copies = new List<(string From, string To)>();
            for (int i = 0; i < call.Outputs.Length; i++)
            {
                if (call.HasOutput(i) && !names.TryAdd(function.Outputs[i], call.Outputs[i]))
                {
                    copies.Add((function.Outputs[i], call.Outputs[i]));
                }
            }

            foreach (Node node in function.Nodes)
            {
                if (++_count > s_limits.ExpandedNodes)
                {
                    throw ModelLimits.Beyond(FormattableString.Invariant($"functions expand to more than {s_limits.ExpandedNodes} nodes"));
                }

                foreach (string output in node.Outputs.Where(o => o.Length > 0))
                {
                    if (!names.ContainsKey(output))
                    {
                        names.Add(output, Unique($"{call.Name}/{output}"));
                    }
                }

                Node renamed = Substitute(Captures.Rename(node, names), call, function);
                Append(
                    renamed with
                    {
                        Name = Unique($"{call.Name}/{node.Name}"),
                        Outputs = [.. node.Outputs.Select(o => o.Length == 0 ? "" : names[o])],
                        Origin = call.Origin,
                    },
                    nodes);
            }

            foreach ((string from, string to) in copies)
            {
                nodes.Add(new Node(Unique($"{call.Name}/{to}"), "", "Identity", [names[from]], [to], Attributes.None, call.Origin));
            }
        }

        private static void Fit(Node call, Function function)
        {
            if (call.Inputs.Length > function.Inputs.Length || call.Outputs.Length > function.Outputs.Length)
            {
                throw AnnealException.BadData(
                    $"{call.Inputs.Length} inputs and {call.Outputs.Length} outputs, "
                    + $"expected at most {function.Inputs.Length} and {function.Outputs.Length}").In(call);
            }

            if (function.Attributes.FirstOrDefault(a => call.Attributes.Find(a) is null) is { } missing)
            {
                throw AnnealException.BadData($"attribute '{missing}' is missing").In(call);
            }

            string? unknown = call.Attributes.Select(a => a.Key).FirstOrDefault(a => !function.Attributes.Contains(a) && function.Defaults.Find(a) is null);
            if (unknown is not null)
            {
                throw AnnealException.BadData($"attribute '{unknown}' is not known").In(call);
            }
        }

        private static Node Substitute(Node node, Node call, Function function)
        {
            Attributes attributes = node.Attributes;
            foreach ((string name, AttributeValue value) in node.Attributes)
            {
                if (value is AttributeValue.Reference reference)
                {
                    AttributeValue? actual = call.Attributes.Find(reference.Name) ?? function.Defaults.Find(reference.Name);
                    Type? kind = actual is AttributeValue.Reference outer ? outer.Kind : actual?.GetType();
                    if (kind is not null && kind != reference.Kind)
                    {
                        throw AnnealException.BadData($"attribute '{reference.Name}' is of kind {kind.Name}, expected {reference.Kind.Name}").In(call);
                    }

                    attributes = actual is null ? attributes.Without(name) : attributes.With(name, actual);
                }
                else if (value is AttributeValue.GraphValue graph)
                {
                    attributes = attributes.With(name, new AttributeValue.GraphValue(graph.Value with
                    {
                        Nodes = [.. graph.Value.Nodes.Select(n => Substitute(n, call, function))],
                    }));
                }
            }

            return node with { Attributes = attributes };
        }

        private string Unique(string name)
        {
            string candidate = name;
            for (int i = 1; !used.Add(candidate); i++)
            {
                candidate = string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");
            }

            return (_characters += candidate.Length) > s_limits.NameCharacters
                ? throw ModelLimits.Beyond(FormattableString.Invariant($"functions expand to names of more than {s_limits.NameCharacters} characters in all"))
                : candidate;
        }
    }
}
