using System.Collections.Immutable;
using System.Globalization;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Lets a state's write depend on reads that nothing orders before it, so that it may happen in place.</summary>
/// <remarks>
/// The dependency goes through a scalar that the write follows from, such as a learning rate: in its place comes itself, chosen from itself and itself by an element of what
/// the reader gives, whatever it is. A state whose write follows from no such scalar is left as it is. The results are the same to the bit. The element stays on the device that
/// computes: a size would be the host's, and take there what follows from it.
/// </remarks>
public static class OrderUpdates
{
    /// <summary>Applies the pass.</summary>
    /// <param name="graph">The graph, of standard ops.</param>
    /// <param name="state">The states.</param>
    /// <param name="types">The types of the graph's values.</param>
    /// <returns>The graph with the dependencies, its nodes in execution order.</returns>
    public static Graph Apply(Graph graph, IReadOnlyList<StateBinding> state, IReadOnlyDictionary<string, TensorType> types)
    {
        foreach (UpdateProof proof in InPlaceUpdates.Prove(graph, state).Where(p => p.Unordered.Count > 0))
        {
            graph = Order(graph, proof, types);
        }

        return graph;
    }

    private static Graph Order(Graph graph, UpdateProof proof, IReadOnlyDictionary<string, TensorType> types)
    {
        var flow = new InPlaceUpdates.Flow(graph);
        Node writer = flow.WriterOf(proof.Output).Node!;
        HashSet<string> loose = [.. proof.Unordered];
        Node[] readers = [.. graph.Nodes.Where(n => loose.Contains(n.Name))];
        var above = new HashSet<Node>(readers.SelectMany(r => flow.AncestorsOf(r).Append(r)), ReferenceEqualityComparer.Instance);
        if (ScalarEdge(flow, writer, above, types) is not var (node, input))
        {
            return graph;
        }

        string scalar = node.Inputs[input];
        string prefix = $"{proof.Output}/order";
        var nodes = new List<Node>();
        string? condition = null;
        string zero = $"{prefix}/zero";
        string flat = $"{prefix}/flat";
        for (int i = 0; i < readers.Length; i++)
        {
            string first = Add("Gather", i, Add("Reshape", i, Seen(readers[i]), flat), zero);
            string done = Add("Cast", i, first);
            condition = condition is null ? done : Add("And", i, condition, done);
        }

        string same = Add("Where", 0, condition!, scalar, scalar);
        Node[] rest = [.. graph.Nodes.Select(n => ReferenceEquals(n, node) ? n with { Inputs = n.Inputs.SetItem(input, same) } : n)];
        return graph with
        {
            Nodes = Sorted([.. rest, .. nodes]),
            Initializers = graph.Initializers.SetItem(zero, Tensor.Scalar(0L)).SetItem(flat, Tensor.Vector(-1L)),
        };

        // What casts the value follows the reader too, and leaves the value to it alone: it may then be computed in the narrow format.
        string Seen(Node reader)
        {
            string output = reader.Outputs.First(o => o.Length > 0);
            return graph.Nodes.FirstOrDefault(n => n is { Domain: "", OpType: "Cast" } && n.Inputs[0] == output)?.Outputs[0] ?? output;
        }

        string Add(string op, int index, params string[] inputs)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{prefix}/{op}_{index}");
            nodes.Add(new Node(name, "", op, [.. inputs], [name], op == "Cast" ? Attributes.Of(("to", (long)DType.Bool)) : Attributes.None, writer.Origin));
            return name;
        }
    }

    // The nearest node above the writer that reads a scalar and is not itself needed by the readers: the edge there may wait for them.
    private static (Node Node, int Input)? ScalarEdge(InPlaceUpdates.Flow flow, Node writer, HashSet<Node> above, IReadOnlyDictionary<string, TensorType> types)
    {
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var open = new Queue<Node>([writer]);
        while (open.TryDequeue(out Node? node))
        {
            if (above.Contains(node) || !seen.Add(node))
            {
                continue;
            }

            for (int i = 0; i < node.Inputs.Length; i++)
            {
                if (types.GetValueOrDefault(node.Inputs[i]) is { Shape: { Rank: 0 } } type && type.Type.IsFloating())
                {
                    return (node, i);
                }
            }

            foreach (Node producer in node.Inputs.Select(flow.ProducerOf).OfType<Node>())
            {
                open.Enqueue(producer);
            }
        }

        return null;
    }

    private static ImmutableArray<Node> Sorted(Node[] nodes)
    {
        var producers = nodes.SelectMany(n => n.Outputs.Where(o => o.Length > 0).Select(o => (o, n))).ToDictionary(p => p.o, p => p.n, StringComparer.Ordinal);
        var done = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var sorted = ImmutableArray.CreateBuilder<Node>(nodes.Length);
        var open = new Stack<(Node Node, bool IsReady)>();
        foreach (Node root in nodes)
        {
            open.Push((root, false));
            while (open.TryPop(out (Node Node, bool IsReady) next))
            {
                if (next.IsReady)
                {
                    if (done.Add(next.Node))
                    {
                        sorted.Add(next.Node);
                    }
                }
                else if (!done.Contains(next.Node))
                {
                    open.Push((next.Node, true));
                    foreach (string read in Captures.Reads(next.Node))
                    {
                        if (producers.TryGetValue(read, out Node? producer) && !done.Contains(producer))
                        {
                            open.Push((producer, false));
                        }
                    }
                }
            }
        }

        return sorted.ToImmutable();
    }
}
