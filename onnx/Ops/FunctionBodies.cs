using System.Collections.Immutable;
using Anneal.Onnx.Ir;

namespace Anneal.Onnx.Ops;

/// <summary>Puts the bodies of invented ops beside the graphs that use them.</summary>
public static class FunctionBodies
{
    /// <summary>Adds the function of every invented op that a model's graphs call, and the opset of its domain.</summary>
    /// <param name="model">The model.</param>
    /// <returns>The model with all functions it needs, in name order.</returns>
    /// <exception cref="AnnealException">An op outside ONNX's domains has no body.</exception>
    public static Model Complete(Model model)
    {
        var functions = new SortedDictionary<(string, string), Function>();
        foreach (Function function in model.Functions)
        {
            functions[(function.Domain, function.Name)] = function;
        }

        IEnumerable<Node> nodes = model.Graph.Nodes.Concat(model.Training.SelectMany(t => t.Algorithm.Nodes.Concat(t.Initialization?.Nodes ?? []))).SelectMany(Captures.WithNested);
        var opsets = model.Opsets;
        foreach (Node node in nodes)
        {
            if (node.Domain.StartsWith("ai.onnx", StringComparison.Ordinal))
            {
                opsets = opsets.TryGetValue(node.Domain, out _) ? opsets : opsets.Add(node.Domain, StandardVersion(node.Domain));
            }
            else if (node.Domain.Length > 0)
            {
                opsets = opsets.SetItem(node.Domain, opsets.GetValueOrDefault(node.Domain, 1));
                if (!functions.ContainsKey((node.Domain, node.OpType)))
                {
                    functions[(node.Domain, node.OpType)] = OpTable.Get(node).Body
                        ?? throw AnnealException.BadData("the op has no body of standard ops").In(node);
                }
            }
        }

        return model with { Functions = [.. functions.Values], Opsets = opsets };
    }

    private static long StandardVersion(string domain) => domain == Model.MlDomain ? 3 : 1;
}
