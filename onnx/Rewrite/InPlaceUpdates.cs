using System.Globalization;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;

namespace Anneal.Onnx.Rewrite;

/// <summary>Shows for each state of a step whether its output may be written over it while the graph runs.</summary>
/// <remarks>
/// That holds where every node that reads the state, or a value that shares its memory, is an ancestor of the node that writes: then it has run before in any order
/// that the graph allows, whatever a runtime chooses. The writer itself may read the state only element by element. What only moves a value counts as part of its
/// readers, since a runtime may take a Transpose or a Cast into the node behind it.
/// </remarks>
public static class InPlaceUpdates
{
    private static readonly HashSet<string> s_moves = new(["Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose", "Cast", "CastLike"], StringComparer.Ordinal);
    private static readonly HashSet<string> s_views = new(["Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten"], StringComparer.Ordinal);

    /// <summary>Looks at each state that has an output.</summary>
    /// <param name="graph">The graph; only its nodes, their inputs and outputs are looked at, so its ops need not be known.</param>
    /// <param name="state">The states.</param>
    /// <returns>A proof for each state that is replaced, in their order.</returns>
    public static IReadOnlyList<UpdateProof> Prove(Graph graph, IEnumerable<StateBinding> state)
    {
        var flow = new Flow(graph);
        return [.. state.Where(s => s.Output.Length > 0).Select(s => Prove(flow, s))];
    }

    private static UpdateProof Prove(Flow flow, StateBinding state)
    {
        (string written, Node? writer) = flow.WriterOf(state.Output);
        if (written == state.Input)
        {
            return new UpdateProof(state.Input, state.Output, true, "", "it stays as it is");
        }

        if (writer is null)
        {
            return new UpdateProof(state.Input, state.Output, false, "", $"its next value is '{written}', which no node computes");
        }

        string name = $"{writer.Name} ({writer.OpType})";
        HashSet<Node> readers = flow.ReadersOf(state.Input);
        bool isRead = readers.Remove(writer);
        if (isRead && !(IsElementwise(writer) && flow.ReadsPlainly(writer, state.Input)))
        {
            return new UpdateProof(state.Input, state.Output, false, name, "the writer reads it, and not element by element");
        }

        if (writer.Outputs.Count(o => o.Length > 0) > 1)
        {
            return new UpdateProof(state.Input, state.Output, false, name, "the writer has other outputs, which it may write before it has read all");
        }

        HashSet<Node> before = flow.AncestorsOf(writer);
        string[] loose = [.. readers.Where(r => !before.Contains(r)).Select(r => r.Name)];
        return loose.Length > 0
            ? new UpdateProof(state.Input, state.Output, false, name, $"nothing orders '{loose[0]}' before the writer{(loose.Length > 1 ? string.Create(CultureInfo.InvariantCulture, $", nor {loose.Length - 1} more") : "")}") { Unordered = loose }
            : new UpdateProof(
                state.Input,
                state.Output,
                true,
                name,
                string.Create(CultureInfo.InvariantCulture, $"{(readers.Count == 1 ? "its other reader comes" : $"its {readers.Count} other readers come")} before the writer{(isRead ? ", which reads it element by element" : "")}"));
    }

    private static bool IsElementwise(Node node) => OpTable.Find(node.Domain, node.OpType) is { IsElementwise: true };

    /// <summary>Which nodes read and compute the values of a graph.</summary>
    internal sealed class Flow
    {
        private readonly Dictionary<string, Node> _producers = new(StringComparer.Ordinal);
        private readonly Dictionary<string, List<Node>> _readers = new(StringComparer.Ordinal);

        public Flow(Graph graph)
        {
            foreach (Node node in graph.Nodes)
            {
                foreach (string output in node.Outputs.Where(o => o.Length > 0))
                {
                    _producers[output] = node;
                }

                foreach (string read in Captures.Reads(node))
                {
                    if (!_readers.TryGetValue(read, out List<Node>? list))
                    {
                        _readers.Add(read, list = []);
                    }

                    list.Add(node);
                }
            }
        }

        /// <summary>The node whose result an output is, seen through what only names or reshapes it: a runtime may let that node write the output itself.</summary>
        public (string Value, Node? Node) WriterOf(string output)
        {
            while (_producers.TryGetValue(output, out Node? node))
            {
                if (node.Domain.Length > 0 || !s_views.Contains(node.OpType))
                {
                    return (output, node);
                }

                output = node.Inputs[0];
            }

            return (output, null);
        }

        /// <summary>The node that computes a value, or null.</summary>
        public Node? ProducerOf(string value) => _producers.GetValueOrDefault(value);

        /// <summary>The nodes that read a value or what shares its memory.</summary>
        public HashSet<Node> ReadersOf(string value)
        {
            var readers = new HashSet<Node>(ReferenceEqualityComparer.Instance);
            var open = new Stack<string>([value]);
            while (open.TryPop(out string? name))
            {
                foreach (Node node in _readers.GetValueOrDefault(name) ?? [])
                {
                    if (readers.Add(node) && node.Domain.Length == 0 && s_moves.Contains(node.OpType) && node.Inputs[0] == name)
                    {
                        open.Push(node.Outputs[0]);
                    }
                }
            }

            return readers;
        }

        /// <summary>Whether a node reads a value as it lies, not moved.</summary>
        public bool ReadsPlainly(Node node, string value) => node.Inputs.Where(i => i.Length > 0).All(i => i == value || !IsMoved(i, value));

        /// <summary>The nodes that have run before a node in any order.</summary>
        public HashSet<Node> AncestorsOf(Node node)
        {
            var ancestors = new HashSet<Node>(ReferenceEqualityComparer.Instance);
            var open = new Stack<Node>([node]);
            while (open.TryPop(out Node? next))
            {
                foreach (string read in Captures.Reads(next))
                {
                    if (_producers.TryGetValue(read, out Node? producer) && ancestors.Add(producer))
                    {
                        open.Push(producer);
                    }
                }
            }

            return ancestors;
        }

        private bool IsMoved(string moved, string value)
        {
            while (_producers.TryGetValue(moved, out Node? node) && node.Domain.Length == 0 && s_moves.Contains(node.OpType))
            {
                if (node.Inputs[0] == value)
                {
                    return true;
                }

                moved = node.Inputs[0];
            }

            return false;
        }
    }
}
