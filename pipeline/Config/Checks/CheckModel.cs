using System.Globalization;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>Widths that are left to the task stand where the task decides them: in the last layer; a model's depth is one that there is.</summary>
internal sealed class CheckModel : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "model", "ensemble"];

    public void Check(CheckContext context)
    {
        foreach ((ModelOptions model, string path) in context.Models)
        {
            Check(context, model, path);
        }
    }

    private static void Check(CheckContext context, ModelOptions options, string path)
    {
        if (options is ResnetOptions resnet && !ResnetOptions.Depths.Contains(resnet.Depth))
        {
            context.Reject($"{path}.resnet.depth", $"must be one of: {string.Join(", ", ResnetOptions.Depths)}; found {resnet.Depth.ToString(CultureInfo.InvariantCulture)}");
        }

        if (options is ImportOptions import)
        {
            CheckImported(context, import, path);
        }

        if (options is not LayersOptions model)
        {
            return;
        }

        if (model.Layers.Count == 0)
        {
            context.Error($"{path}.layers", "needs at least one layer");
            return;
        }

        int last = model.Layers.Count - 1;
        CheckWidths(context, [.. model.Layers.Take(last)], $"{path}.layers");
        CheckInside(context, model.Layers[last], $"{path}.layers.{last}");
        if (model.Layers[last] is DenseOptions { Units: { } units } && WidthOf(context.Options) is { } width && units != width)
        {
            string reason = context.Options.Task == TaskKind.Binary ? "two classes have one output" : $"there are as many outputs as columns to predict, {width}";
            context.Error($"{path}.layers.{last}.dense.units", $"{reason}: {width} or 'auto'");
        }
    }

    /// <summary>The width of the last layer where the configuration alone tells it; null otherwise.</summary>
    internal static int? WidthOf(PipelineOptions options) => options switch
    {
        { Task: TaskKind.Binary } => 1,
        { Task: TaskKind.Classification, Data.Classes: { } classes } => classes.Count,
        { Task: TaskKind.Classification, Data.Dataset: { } dataset } => Sources.Dataset(dataset).ClassNames.Count,
        { Task: not TaskKind.Classification, Data: { Train: CsvOptions } data } when data.Targets() is { Count: > 0 } targets => targets.Count,
        _ => null,
    };

    private static void CheckImported(CheckContext context, ImportOptions import, string path)
    {
        if (path != "model")
        {
            context.Error(path, "only the pipeline's own model can go on from another");
            return;
        }

        if (import.Import.Path is null == import.Import.Pipeline is null)
        {
            context.Error("model.import", "needs one of 'path' and 'pipeline'");
        }

        if (import.Head is not { } head)
        {
            return;
        }

        if (head.Layers.Count == 0)
        {
            context.Error("model.head.layers", "needs at least one layer");
            return;
        }

        int last = head.Layers.Count - 1;
        CheckWidths(context, [.. head.Layers.Take(last)], "model.head.layers");
        CheckInside(context, head.Layers[last], $"model.head.layers.{last}");
    }

    private static void CheckWidths(CheckContext context, IReadOnlyList<LayerOptions> layers, string path)
    {
        for (int i = 0; i < layers.Count; i++)
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{path}.{i}");
            if (layers[i] is DenseOptions { Units: null })
            {
                context.Reject(place + ".dense.units", "only the last layer can leave its width to the task");
            }

            CheckInside(context, layers[i], place);
        }
    }

    private static void CheckInside(CheckContext context, LayerOptions layer, string place)
    {
        (string Path, IReadOnlyList<LayerOptions> Layers)[] inner = layer switch
        {
            ResidualOptions o => [(".residual.layers", o.Layers)],
            AddOptions o => [.. o.Branches.Select(b => ($".add.{b.Key}", b.Value))],
            ConcatOptions o => [.. o.Branches.Select(b => ($".concat.{b.Key}", b.Value))],
            _ => [],
        };
        foreach ((string path, IReadOnlyList<LayerOptions> layers) in inner)
        {
            CheckWidths(context, layers, place + path);
        }
    }
}
