using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Rewrite;

/// <summary>Says the ops that converters of scikit-learn write in ONNX's own ops: what their attributes hold becomes initializers, which can be trained.</summary>
public static class DecomposeOps
{
    /// <summary>Applies the pass.</summary>
    /// <param name="graph">The graph; a node whose input's type cannot be found stays.</param>
    /// <returns>The graph, its inputs and outputs as they were.</returns>
    /// <exception cref="AnnealException">A node that is decomposed does not fit its op.</exception>
    public static Graph Apply(Graph graph)
    {
        if (!graph.Nodes.Any(n => OpTable.Find(n.Domain, n.OpType) is IDecomposable))
        {
            return graph;
        }

        IReadOnlyDictionary<string, TensorType> types = TypeInference.AsFarAsKnown(graph);
        var names = graph.Inputs.Select(i => i.Name).Concat(graph.Initializers.Keys).Concat(graph.Nodes.SelectMany(n => n.Outputs.Append(n.Name))).ToHashSet(StringComparer.Ordinal);
        var nodes = ImmutableArray.CreateBuilder<Node>();
        ImmutableSortedDictionary<string, Tensor>.Builder initializers = graph.Initializers.ToBuilder();
        foreach (Node node in graph.Nodes)
        {
            TensorType?[] inputs = [.. node.Inputs.Select(types.GetValueOrDefault)];
            bool isKnown = node.Inputs.Select((name, i) => name.Length == 0 || inputs[i] is not null).All(k => k);
            var parts = new Decomposition(node, inputs, names.Contains);
            if (!isKnown || OpTable.Find(node.Domain, node.OpType) is not IDecomposable op || !op.Decompose(parts))
            {
                nodes.Add(node);
                continue;
            }

            initializers.AddRange(parts.Constants.Select(c => KeyValuePair.Create(c.Name, c.Value)));
            nodes.AddRange(parts.Nodes);
            names.UnionWith(parts.Constants.Select(c => c.Name).Concat(parts.Nodes.SelectMany(n => n.Outputs.Append(n.Name))));
        }

        return graph with { Nodes = nodes.ToImmutable(), Initializers = initializers.ToImmutable() };
    }
}
