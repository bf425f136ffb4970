using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;

namespace Anneal.Trainer.Execution;

/// <summary>Orders a step's nodes so that each state is replaced as soon as its last reader has run: the gradient is still in the cache, and its buffer is freed.</summary>
internal static class UpdateSchedule
{
    public static IReadOnlyList<Node> Order(IReadOnlyList<Node> nodes, IReadOnlySet<string> state)
    {
        var readers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string input in nodes.SelectMany(n => n.Inputs).Where(state.Contains))
        {
            readers[input] = readers.GetValueOrDefault(input) + 1;
        }

        HashSet<string> missing = [.. nodes.SelectMany(n => n.Outputs)];
        List<Node> pending = [.. nodes.Where(n => Replaces(n, state).Any())];
        HashSet<Node> updates = [.. pending];
        var ordered = new List<Node>(nodes.Count);
        foreach (Node node in nodes.Where(n => !updates.Contains(n)))
        {
            if (node.Inputs.Any(missing.Contains))
            {
                pending.Add(node);
            }
            else
            {
                Emit(node);
            }

            while (pending.Find(Ready) is { } ready)
            {
                pending.Remove(ready);
                Emit(ready);
            }
        }

        ordered.AddRange(pending);
        return ordered;

        bool Ready(Node node) => !node.Inputs.Any(missing.Contains)
            && Replaces(node, state).All(s => readers[s] == node.Inputs.Count(i => i == s));

        void Emit(Node node)
        {
            ordered.Add(node);
            missing.ExceptWith(node.Outputs);
            foreach (string input in node.Inputs.Where(state.Contains))
            {
                readers[input]--;
            }
        }
    }

    // What works element by element may take a dead buffer, and updates nothing.
    private static IEnumerable<string> Replaces(Node node, IReadOnlySet<string> state) => node.Domain == Model.AnnealDomain && !OpTable.Get(node).IsElementwise
        ? OpTable.Get(node).InPlace.Where(p => node.HasOutput(p.Output) && state.Contains(node.Inputs[p.Input])).Select(p => node.Inputs[p.Input])
        : [];
}
