using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Trainer.Data;
using Anneal.Trainer.Features;
using Anneal.Trainer.Models.Import;
using Anneal.Trainer.Optimizers;

namespace Anneal.Pipeline.Stages;

/// <summary>The model that a pipeline's training goes on from.</summary>
internal static class ImportedModels
{
    // What is kept of all rows so that the frozen part need not run in each step, in bytes.
    private const long MostAhead = 2L << 30;

    private static readonly string[] s_quantised = ["ConvInteger", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "QLinearConv", "QLinearMatMul", "QuantizeLinear"];

    /// <summary>Reads a file and finds what can be trained.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="AnnealException">It is no model that can be read, or there is nothing to train.</exception>
    public static ImportedModel Read(ImportOptions options, string path)
    {
        try
        {
            return CoreFinder.Find(ModelReader.Read(path), new ImportRequest
            {
                Input = options.Input,
                Output = options.Output,
                ReplacesHead = options.Head is not null,
                HeadAfter = options.Head?.After,
            });
        }
        catch (AnnealException error) when (error.UnsupportedOps?.Any(s_quantised.Contains) == true)
        {
            throw new AnnealException(ExitCode.Data, $"its weights are quantised: {error.Text}", "import the float32 model that it was made from", error).In(path);
        }
    }

    /// <summary>The model of a pipeline, which can be trained.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="table">The training rows.</param>
    /// <returns>Null where the pipeline imports none.</returns>
    /// <exception cref="AnnealException">Something stands against training it; all of it is named.</exception>
    public static ImportedModel? Of(LoadedConfig config, DataTable table)
    {
        if (config.Options.Model is not ImportOptions options)
        {
            return null;
        }

        string path = config.BasePath ?? throw AnnealException.BadUsage(
            $"there is no model of pipeline '{options.Import.Pipeline}' yet", $"run it first: anneal run {options.Import.Pipeline}").In(OriginOf(config));
        ImportedModel model = Read(options, path) with { Taken = [.. table.Features.Select(f => f.Name), "features"] };
        IReadOnlyList<string> errors = Trainability.Errors(model, FrozenThroughout(config));
        return errors.Count == 0 ? model : throw AnnealException.BadData(string.Join("\n", errors.Prepend($"it cannot be trained as it is: {errors.Count} findings"))).In(path).In(OriginOf(config));
    }

    /// <summary>Which parameters no phase of a training changes.</summary>
    public static Func<string, bool> FrozenThroughout(LoadedConfig config)
    {
        UpdateSettings[] phases = [.. config.Options.Train.AllPhases().Select(p => TrainingOptions.UpdateOf(config, p))];
        return name => phases.All(p => p.IsFrozen(name));
    }

    /// <summary>What raw rows go through before the features: the model's own preprocessing, where it has some that is wanted.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="model">The model; null where none is imported.</param>
    /// <param name="table">The training rows.</param>
    /// <returns>Null where the pipeline's own is to be fitted.</returns>
    /// <exception cref="AnnealException">The rows do not fit the model's inputs.</exception>
    public static FittedFeatures? Features(LoadedConfig config, ImportedModel? model, DataTable table)
    {
        if (model?.Preprocessing is not { } graph || config.Options.Model is not ImportOptions { Preprocessing: PreprocessingKind.Base })
        {
            return null;
        }

        bool isSingle = graph.Inputs.Length == 1 && table.Features.Count == 1;
        var g = new GraphBuilder("features");
        var inputs = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (ValueInfo input in graph.Inputs)
        {
            FeatureColumn? column = isSingle ? table.Features[0] : table.Features.FirstOrDefault(f => f.Name == input.Name);
            if (column is null || column.Values.Type != input.Type.Type)
            {
                string found = column is null ? $"the rows have {string.Join(", ", table.Features.Select(f => f.Name).Take(10))}" : $"it is {column.Values.Type.Name()} in the rows";
                throw AnnealException.BadData($"the imported model takes '{input.Name}' as {input.Type}: {found}", "'model: {preprocessing: own}' feeds it what 'data' prepares").In(OriginOf(config));
            }

            inputs[input.Name] = g.Input(column.Name, new TensorType(column.Values.Type, new TensorShape([Dim.Of("N"), .. column.Values.Shape[1..].ToArray().Select(Dim.Of)])));
        }

        using (g.Scope("prepared"))
        {
            g.Output(g.Splice(graph, inputs).Values.Single(), FeatureGraph.OutputName);
        }

        string[] unused = [.. table.Features.Select(f => f.Name).Where(n => !isSingle && graph.Inputs.All(i => i.Name != n))];
        return new FittedFeatures(
            g.Build(),
            [],
            isSingle && table.Features[0].Values.Type.Size() < sizeof(float),
            unused.Length == 0 ? [] : [$"the imported model takes no {string.Join(", ", unused.Take(10))}: these columns have no part in its answers"]);
    }

    /// <summary>Splits off what is frozen, where all rows can go through it once.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="model">The model.</param>
    /// <param name="features">The type of what enters it.</param>
    /// <param name="rows">The number of rows.</param>
    /// <returns>Null where every step runs the whole model.</returns>
    public static (Graph Ahead, ImportedModel Behind)? Split(LoadedConfig config, ImportedModel model, TensorType features, int rows)
    {
        PipelineOptions options = config.Options;
        Func<string, bool> isFrozen = FrozenThroughout(config);
        if (options.Augment is { Count: > 0 } || options.Train.Regularize.InputNoise > 0 || !model.Weights.Any(w => isFrozen(model.NameOf(w.Name))))
        {
            return null;
        }

        (Graph Ahead, ImportedModel Behind)? split = FrozenPart.Split(model, features, isFrozen);
        TensorShape? item = split?.Ahead.Outputs[0].Type.Shape;
        return item is { Rank: > 0 } shape && shape.Dims.Skip(1).All(d => d.IsKnown) && shape.Dims.Skip(1).Aggregate((long)rows * sizeof(float), (n, d) => n * d.Size) <= MostAhead ? split : null;
    }

    /// <summary>What is worth a line before training.</summary>
    public static IReadOnlyList<string> Notes(LoadedConfig config, PreparedData data, IReadOnlyList<string> classes)
    {
        if (data.Imported is not { } model)
        {
            return [];
        }

        List<string> notes = [.. Trainability.Notes(data.Whole!)];
        if (data.Ahead is { } ahead)
        {
            notes.Add($"all rows go once through what is frozen, up to '{ahead.Outputs[0].Name}'; training begins there");
        }

        bool isSame = ModelSignature.Find(model.Source.Metadata) is not { Classes: { IsEmpty: false } named } || named.SequenceEqual(classes) || config.Options.Model is ImportOptions { Head: not null };
        if (!isSame)
        {
            notes.Add($"its classes were {string.Join(", ", ModelSignature.Find(model.Source.Metadata)!.Classes.Take(10))}, in this order; here they are {string.Join(", ", classes.Take(10))}: 'model: {{head: {{}}}}' begins with new last layers");
        }

        return notes;
    }

    private static string OriginOf(LoadedConfig config)
    {
        string place = ((ImportOptions)config.Options.Model).Place();
        return $"{config.OriginOf(place)} {place}";
    }
}
