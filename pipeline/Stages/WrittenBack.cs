using System.Collections.Immutable;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Rewrite;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Models;
using Anneal.Trainer.Models.Import;

namespace Anneal.Pipeline.Stages;

/// <summary>The imported file with the trained weights in their places: what took the one takes the other.</summary>
internal static class WrittenBack
{
    /// <summary>Its name in the run's folder.</summary>
    public const string FileName = "finetuned.onnx";

    private const string Ours = "anneal.";

    /// <summary>Builds the model.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="fit">The training that is exported.</param>
    /// <returns>The file's own graph with other weights; with a new head, its inputs and its graph up to there, and the answers of the new task.</returns>
    public static Model Of(LoadedConfig config, Fit fit)
    {
        ImportedModel whole = fit.Data.Whole!;
        IReadOnlyDictionary<string, Tensor> trained = fit.AveragedParameters;
        Graph graph = CoreFinder.Closed(whole.Source.Graph) with { Inputs = whole.Source.Graph.Inputs };
        if (config.Options.Model is ImportOptions { Head: not null })
        {
            graph = WithHead(config, fit, whole, graph, trained);
        }
        else
        {
            graph = graph with
            {
                Initializers = graph.Initializers.SetItems(whole.Weights.Select(w => w.Name).Concat(whole.Statistics)
                    .Where(n => trained.ContainsKey(whole.NameOf(n))).Select(n => KeyValuePair.Create(n, trained[whole.NameOf(n)]))),
            };
        }

        return Model.Of(graph) with { Metadata = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, MetadataOf(whole.Source)), Doc = whole.Source.Doc };
    }

    /// <summary>The metadata of a model but for what we wrote ourselves, which is about another training.</summary>
    public static SortedDictionary<string, string> MetadataOf(Model model) =>
        new(model.Metadata.Where(m => !m.Key.StartsWith(Ours, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);

    private static Graph WithHead(LoadedConfig config, Fit fit, ImportedModel whole, Graph source, IReadOnlyDictionary<string, Tensor> trained)
    {
        Network network = NetworkBuilder.Build(config.Options.Model, fit.Data.Target.Outputs, config.OriginOf, imported: whole);
        Graph inference = TrainingGraphs.BuildInference(network, whole.Preprocessing ?? InputOf(whole, source), fit.Data.Target, (ulong)config.Options.Seed);
        IEnumerable<KeyValuePair<string, Tensor>> frozen = whole.Weights.Select(w => KeyValuePair.Create(whole.NameOf(w.Name), w.Value))
            .Concat(whole.Statistics.Select(s => KeyValuePair.Create(whole.NameOf(s), whole.Core.Initializers[s])));
        var values = frozen.Concat(trained).GroupBy(p => p.Key, StringComparer.Ordinal).ToDictionary(p => p.Key, p => p.Last().Value, StringComparer.Ordinal);
        return DeadNodes.Apply(inference with
        {
            Name = source.Name,
            Inputs = [.. inference.Inputs.Where(i => !values.ContainsKey(i.Name))],
            Initializers = inference.Initializers.AddRange(inference.Inputs.Where(i => values.ContainsKey(i.Name)).Select(i => KeyValuePair.Create(i.Name, values[i.Name]))),
        });
    }

    // The file's own input, under its own name and type.
    private static Graph InputOf(ImportedModel whole, Graph source)
    {
        var g = new GraphBuilder("input");
        ValueInfo input = source.Inputs.FirstOrDefault(i => i.Name == whole.Core.Inputs[0].Name) ?? whole.Core.Inputs[0];
        g.Output(g.Input(input.Name, new TensorType(input.Type.Type, input.Type.Shape is { Rank: > 0 } shape ? new TensorShape([Dim.Of("N"), .. shape.Dims.Skip(1)]) : input.Type.Shape)), input.Name);
        return g.Build();
    }
}
