using System.Globalization;
using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>Widths that are left to the task stand where the task decides them: in the last layer; a model's depth is one that there is.</summary>
internal sealed class CheckModel : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "model"];

    public void Check(CheckContext context)
    {
        if (context.Options.Model is ResnetOptions resnet && !ResnetOptions.Depths.Contains(resnet.Depth))
        {
            context.Reject("model.resnet.depth", $"must be one of: {string.Join(", ", ResnetOptions.Depths)}; found {resnet.Depth.ToString(CultureInfo.InvariantCulture)}");
        }

        if (context.Options.Model is not LayersOptions model)
        {
            return;
        }

        if (model.Layers.Count == 0)
        {
            context.Error("model.layers", "needs at least one layer");
            return;
        }

        int last = model.Layers.Count - 1;
        CheckWidths(context, [.. model.Layers.Take(last)], "model.layers");
        CheckInside(context, model.Layers[last], $"model.layers.{last}");
        if (context.Options.Task == TaskKind.Regression && model.Layers[last] is DenseOptions { Units: not (null or 1) })
        {
            context.Error($"model.layers.{last}.dense.units", "a regression predicts one number: 1 or 'auto'");
        }
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
