namespace Anneal.Onnx.Ir.Format;

/// <summary>Functions that call functions: none calls itself, and replacing every call by its body stays within limits.</summary>
/// <remarks>Twenty functions that each call the next one ten times are small in a file and 10²⁰ nodes once expanded, so sizes are added up along the calls, not by expanding.</remarks>
/// <param name="functions">By name: the nodes that are no calls, and the functions that the others call.</param>
/// <param name="limits">Depth and size.</param>
internal sealed class CallTree(IReadOnlyDictionary<string, (int Nodes, IReadOnlyList<string> Calls)> functions, ModelLimits limits)
{
    private readonly Dictionary<string, (int Depth, long Nodes)> _known = new(StringComparer.Ordinal);
    private readonly List<string> _path = [];

    /// <summary>Checks every function.</summary>
    /// <exception cref="AnnealException">One calls itself, or a limit is passed.</exception>
    public void Check()
    {
        foreach (string name in functions.Keys)
        {
            Visit(name);
        }
    }

    /// <summary>The nodes that a function is once it is expanded; of any other op 1.</summary>
    /// <param name="name">The function.</param>
    public long NodesOf(string name) => functions.ContainsKey(name) ? Visit(name).Nodes : 1;

    private (int Depth, long Nodes) Visit(string name)
    {
        if (_known.TryGetValue(name, out (int Depth, long Nodes) known))
        {
            return known;
        }

        if (_path.Contains(name))
        {
            throw AnnealException.BadData($"functions call themselves: {string.Join(" → ", _path.Skip(_path.IndexOf(name)).Append(name).Select(n => $"'{n}'"))}");
        }

        _path.Add(name);
        int depth = 1;
        long nodes = functions[name].Nodes;
        Limit(_path.Count);
        foreach (string callee in functions[name].Calls)
        {
            (int below, long inner) = Visit(callee);
            depth = Math.Max(depth, below + 1);
            nodes += inner;
            Limit(depth);
            if (nodes > limits.ExpandedNodes)
            {
                throw ModelLimits.Beyond(FormattableString.Invariant($"function '{name}' expands to more than {limits.ExpandedNodes} nodes"));
            }
        }

        _path.RemoveAt(_path.Count - 1);
        _known[name] = (depth, nodes);
        return (depth, nodes);
    }

    private void Limit(int depth)
    {
        if (depth > limits.CallDepth)
        {
            throw ModelLimits.Beyond(FormattableString.Invariant($"function calls are nested more than {limits.CallDepth} deep"));
        }
    }
}
