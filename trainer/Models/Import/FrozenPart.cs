using System.Collections.Immutable;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models.Import;

/// <summary>The first part of an imported model whose weights never change: run once over all rows, it need not run in every step.</summary>
public static class FrozenPart
{
    /// <summary>Splits a model behind its last value that only weights which stay as they are lead to, and that alone is needed from there on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">The type of what enters it.</param>
    /// <param name="isFrozen">Which weights training never changes, by name in the training graphs.</param>
    /// <returns>A graph from features to that value with its weights as initializers, and the model that is left; null where nothing worth it is frozen.</returns>
    public static (Graph Ahead, ImportedModel Behind)? Split(ImportedModel model, TensorType features, Func<string, bool> isFrozen)
    {
        Graph core = model.Core;
        var index = new Producers(core);
        var trained = model.Weights.Select(w => w.Name).Where(n => !isFrozen(model.NameOf(n))).ToHashSet(StringComparer.Ordinal);
        foreach (Node node in core.Nodes.Reverse().Where(n => n.Outputs is [not "", ..]))
        {
            string cut = node.Outputs[0];
            Node[] ahead = [.. index.Between(core.Inputs[0].Name, cut, out _)];
            if (ahead.Any(n => n.Inputs.Any(trained.Contains) || (n.OpType == "Dropout" && Layer.Imported.Ratio(n, core) > 0)) || index.IsConstant(cut))
            {
                continue;
            }

            Node[] behind = [.. index.Between(cut, core.Outputs[0].Name, out string[] missing)];
            Weight[] kept = [.. Within(model.Weights, ahead)];
            if (missing.Length > 0 || kept.Length == 0)
            {
                continue;
            }

            var part = new ImportedModel(model.Source, Part(core, core.Inputs[0], new ValueInfo(cut, features with { Shape = null }), ahead), [.. kept]) { Taken = model.Taken };
            Graph graph = Run(part, features);
            var rest = model with
            {
                Core = Part(core, new ValueInfo(cut, new TensorType(features.Type, null)), core.Outputs[0], behind),
                Weights = [.. Within(model.Weights, behind)],
            };
            return (graph, rest);
        }

        return null;
    }

    private static IEnumerable<Weight> Within(ImmutableArray<Weight> weights, Node[] nodes)
    {
        var read = nodes.SelectMany(n => n.Inputs).ToHashSet(StringComparer.Ordinal);
        return weights.Where(w => read.Contains(w.Name));
    }

    private static Graph Part(Graph core, ValueInfo input, ValueInfo output, Node[] nodes)
    {
        var read = nodes.SelectMany(n => n.Inputs).ToHashSet(StringComparer.Ordinal);
        return core with
        {
            Inputs = [input],
            Outputs = [output],
            Nodes = [.. nodes],
            Initializers = core.Initializers.RemoveRange(core.Initializers.Keys.Where(k => !read.Contains(k))),
        };
    }

    private static Graph Run(ImportedModel part, TensorType features)
    {
        var g = new GraphBuilder("ahead");
        Value x = g.Input("features", features);
        var context = new LayerContext(g, 0, null);
        Value y = new Layer.Imported("ahead", Origin.None, part).Apply(context, x);
        g.Output(y);
        Graph graph = g.Build();
        return graph with
        {
            Inputs = graph.Inputs[..1],
            Initializers = graph.Initializers.AddRange(context.Parameters.Select(p => KeyValuePair.Create(p.Name, p.Initial))),
        };
    }
}
