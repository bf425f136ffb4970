using System.Collections.Immutable;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ops;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Autodiff;

namespace Anneal.Trainer.Models.Import;

/// <summary>What stands against training an imported model, all of it at once and by the names of its nodes, and what is worth knowing.</summary>
public static class Trainability
{
    private const int ShownNodes = 5;
    private const string TorchFolded = "onnx::Conv_";

    /// <summary>Looks at a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="isFrozen">Which weights training never changes, by name in the training graphs.</param>
    /// <returns>The errors; none where it can be trained.</returns>
    public static IReadOnlyList<string> Errors(ImportedModel model, Func<string, bool> isFrozen)
    {
        Weight[] trained = [.. model.Weights.Where(w => !isFrozen(model.NameOf(w.Name)))];
        var errors = new List<string>();
        foreach (Weight weight in model.Weights.Where(w => w.Value.Type != DType.Float))
        {
            Node reader = model.Core.Nodes.First(n => n.Inputs.Contains(weight.Name));
            string what = weight.Value.Type is DType.Int8 or DType.UInt8 ? "quantised" : "not float32";
            errors.Add($"{Name(reader)}: weight '{weight.Name}' is {what} ({weight.Value.Type.Name()}): import the float32 model that it was made from");
        }

        errors.AddRange(Untrained(model, trained));
        if (errors.Count == 0)
        {
            errors.AddRange(Unfitting(model, trained));
        }

        return errors;
    }

    /// <summary>What is worth knowing of a model before it is trained.</summary>
    /// <param name="model">The model.</param>
    /// <returns>A line each.</returns>
    public static IReadOnlyList<string> Notes(ImportedModel model)
    {
        var notes = new List<string>();
        Node[] Of(string op) => [.. model.Core.Nodes.Where(n => n.Domain.Length == 0 && n.OpType == op)];
        Node[] folded = [.. Of("Conv").Where(n => n.HasInput(2) && (n.Inputs[1].StartsWith(TorchFolded, StringComparison.Ordinal) || n.Inputs[1].EndsWith("BatchNormalization/weight", StringComparison.Ordinal)))];
        if (folded.Length > 0)
        {
            notes.Add($"batch norm is folded into the weights of {Names(folded)}: they train as plain convolutions, and no averages follow the new rows");
        }

        Node[] norms = Of("BatchNormalization");
        if (norms.Length > 0)
        {
            notes.Add($"{Names(norms)}: in training by the batch's own mean and variance, and the running ones follow the new rows; those whose scale is frozen stay as they are");
        }

        Node[] dropouts = [.. Of("Dropout").Where(n => n.HasInput(1))];
        if (dropouts.Length > 0)
        {
            notes.Add($"{Names(dropouts)}: active in training");
        }

        if (model.Source.Metadata.TryGetValue(Model.MapsKey, out string? maps))
        {
            notes.Add($"'{maps}': maps from label to number in the file (ZipMap); here and in what is written the numbers themselves, [N, labels]");
        }

        if (FixedBatch(model) is { } batch)
        {
            notes.Add(FormattableString.Invariant($"the file's input '{model.Core.Inputs[0].Name}' has batches of {batch} rows only; here any number is taken"));
        }

        if (model.Preprocessing is { } before)
        {
            notes.Add($"training begins at '{model.Core.Inputs[0].Name}', behind the file's own preprocessing of {string.Join(", ", before.Inputs.Select(i => $"'{i.Name}'"))}");
        }

        if (ModelSignature.Find(model.Source.Metadata) is { Task: ModelTask.Regression })
        {
            notes.Add("its numbers were learnt in units of its own training rows; here the target's mean and deviation are those of the new ones");
        }

        return notes;
    }

    /// <summary>Batches that the file's input is fixed to; null where it takes any.</summary>
    internal static int? FixedBatch(ImportedModel model) =>
        model.Core.Inputs[0].Type.Shape is { Rank: > 0 } shape && shape[0].IsKnown ? shape[0].Size : null;

    // A weight trains where a path of ops with gradients leads from it to the scores.
    private static IEnumerable<string> Untrained(ImportedModel model, Weight[] trained)
    {
        ImmutableArray<Node> nodes = model.Core.Nodes;
        var open = new HashSet<string>(StringComparer.Ordinal) { model.Core.Outputs[0].Name };
        var walls = new List<Node>();
        foreach (Node node in nodes.Reverse().Where(n => n.Outputs.Any(o => o.Length > 0 && open.Contains(o))))
        {
            if (OpTable.Get(node).Gradient is Gradient.RuleGradient)
            {
                open.UnionWith(node.Inputs);
            }
            else
            {
                walls.Add(node);
            }
        }

        var follows = trained.Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        foreach (Node node in nodes.Where(n => n.Inputs.Any(follows.Contains)))
        {
            follows.UnionWith(node.Outputs.Where(o => o.Length > 0));
        }

        foreach (Node wall in Enumerable.Reverse(walls).Where(w => w.Inputs.Any(follows.Contains)))
        {
            bool isForbidden = OpTable.Get(wall).Gradient is Gradient.ForbiddenGradient;
            string[] cut = [.. trained.Where(w => !open.Contains(w.Name)).Select(w => w.Name)];
            if (isForbidden || cut.Length > 0)
            {
                string reason = OpTable.Get(wall).Gradient is Gradient.ForbiddenGradient { Reason: var why } ? $"no gradient flows through it: {why}" : "its gradient is zero everywhere";
                string lost = cut.Length > 0 ? $"; none reaches {string.Join(", ", cut.Take(ShownNodes))}{(cut.Length > ShownNodes ? ", …" : "")}: freeze them, or name a value before it by 'model.output'" : "";
                yield return $"{Name(wall)}: {reason}{lost}";
            }
        }
    }

    // The shapes with a batch of any size, then the gradient: what a step will need.
    private static IEnumerable<string> Unfitting(ImportedModel model, Weight[] trained)
    {
        TensorType type = model.Core.Inputs[0].Type;
        if (type.Shape is not { Rank: > 0 } shape)
        {
            return [];
        }

        if (shape.Dims.Skip(1).Any(d => !d.IsKnown))
        {
            return [];
        }

        var g = new GraphBuilder("trainability");
        Value x = g.Input("features", new TensorType(DType.Float, new TensorShape([Dim.Of("N"), .. shape.Dims.Skip(1)])));
        var context = new LayerContext(g, 0, null);
        try
        {
            Value y = new Layer.Imported("imported", Origin.None, model).Apply(context, x);
            if (y.Type.Shape is not { Rank: > 0 } scores)
            {
                return [$"the shape of '{y.Name}' depends on the data"];
            }

            if (scores[0].IsKnown)
            {
                Node first = g.Nodes.First(n => n.Outputs.Any(o => o.Length > 0 && g[o].Type.Shape is { Rank: > 0 } s && s[0].IsKnown && g.ConstantOf(g[o]) is null && FollowsFrom(g, n, x.Name)));
                return [FormattableString.Invariant($"{Name(first)}: its result has {scores[0].Size} rows whatever the batch: export the model with a batch of any size")];
            }

            if (trained.Length > 0)
            {
                Backward.Run(g, g.ReduceSum(y, keepDims: false), [.. trained.Select(w => g[model.NameOf(w.Name)])]);
            }

            return [];
        }
        catch (AnnealException error)
        {
            return [error.Message];
        }
    }

    private static bool FollowsFrom(GraphBuilder g, Node node, string value)
    {
        var follows = new HashSet<string>(StringComparer.Ordinal) { value };
        foreach (Node other in g.Nodes.Where(n => n.OpType != "Shape" && n.Inputs.Any(follows.Contains)))
        {
            follows.UnionWith(other.Outputs);
        }

        return node.Outputs.Any(follows.Contains);
    }

    private static string Name(Node node) => $"node '{node.Name}' ({node.OpType})";

    private static string Names(Node[] nodes) =>
        $"{string.Join(", ", nodes.Take(ShownNodes).Select(n => $"'{n.Name}'"))}{(nodes.Length > ShownNodes ? FormattableString.Invariant($" and {nodes.Length - ShownNodes} more") : "")} ({nodes[0].OpType})";
}
