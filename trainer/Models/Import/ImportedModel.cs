using System.Collections.Immutable;
using Anneal.Onnx;
using Anneal.Onnx.Ir;

namespace Anneal.Trainer.Models.Import;

/// <summary>A model from a file, and the part of it that can be trained.</summary>
/// <param name="Source">The model as it was read.</param>
/// <param name="Core">The part that is trained: one input of features, one output, its weights and constants as initializers. Names are the file's.</param>
/// <param name="Weights">The weights of <paramref name="Core"/>, in the order in which its nodes read them.</param>
public sealed record ImportedModel(Model Source, Graph Core, ImmutableArray<Weight> Weights)
{
    private const string Renamed = "imported/";

    private static readonly ImmutableHashSet<string> s_reserved = ImmutableHashSet.Create(
        StringComparer.Ordinal,
        TrainingGraphs.RateInput,
        TrainingGraphs.StepInput,
        TrainingGraphs.TargetInput,
        TrainingGraphs.WeightInput,
        TrainingGraphs.LossOutput,
        TrainingGraphs.MassOutput,
        TrainingGraphs.CorrectOutput,
        UpdateGraph.ShareInput,
        UpdateGraph.LastInput,
        UpdateGraph.Objective,
        "class",
        "label",
        "prediction",
        "probabilities",
        "probability",
        "same");

    /// <summary>What raw rows go through in the file before <see cref="Core"/>; null where that begins at the file's own input.</summary>
    public Graph? Preprocessing { get; init; }

    /// <summary>The running means and variances of <see cref="Core"/>, in the order in which its nodes read them.</summary>
    public IEnumerable<string> Statistics => Core.Nodes.Where(n => n is { Domain: "", OpType: "BatchNormalization" }).SelectMany(n => n.Inputs.Skip(3).Take(2))
        .Where(Core.Initializers.ContainsKey).Distinct(StringComparer.Ordinal);

    /// <summary>Names that the training graphs need for themselves: those of the rows' inputs.</summary>
    public ImmutableHashSet<string> Taken { get; init; } = [];

    /// <summary>The name in the training graphs of a value of the file: the same unless they need it for themselves.</summary>
    /// <param name="name">The name in the file.</param>
    /// <returns>The name.</returns>
    public string NameOf(string name) => s_reserved.Contains(name) || Taken.Contains(name) ? Renamed + name : name;

    /// <summary>Features in the shape that the core takes: the same elements, with dimensions of size 1 added or dropped, or in one line.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">The features, [N, ...] float.</param>
    /// <returns>The value.</returns>
    /// <exception cref="AnnealException">The shapes do not fit.</exception>
    public Value Fit(GraphBuilder g, Value x)
    {
        if (Core.Inputs[0].Type.Shape is not { } wanted)
        {
            return x;
        }

        Dim[] given = [.. x.Shape.Dims.Skip(1)];
        Dim[] item = [.. wanted.Dims.Skip(1)];
        if (given.Length == item.Length && given.Zip(item).All(p => !p.Second.IsKnown || !p.First.IsKnown || p.First.Size == p.Second.Size))
        {
            return x;
        }

        bool isKnown = wanted.Rank > 1 && given.All(d => d.IsKnown) && item.All(d => d.IsKnown);
        bool isSame = isKnown && given.Where(d => d.Size != 1).Select(d => d.Size).SequenceEqual(item.Where(d => d.Size != 1).Select(d => d.Size));
        bool isFlat = isKnown && item.Length == 1 && given.Aggregate(1L, (n, d) => n * d.Size) == item[0].Size;
        return isSame || isFlat
            ? g.Reshape(x, [-1, .. item.Select(d => (long)d.Size)])
            : throw AnnealException.BadUsage(
                $"the imported model takes {new TensorShape([Dim.Of("N"), .. item])} (value '{Core.Inputs[0].Name}'), got {x.Shape}",
                "bring the rows into that shape, or name another value by 'model.input'");
    }
}
