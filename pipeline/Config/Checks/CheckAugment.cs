using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;
using Anneal.Trainer.Data.Augment;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>What is augmented are images, and each augmentation fits their size.</summary>
internal sealed class CheckAugment : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["data", "augment"];

    public void Check(CheckContext context)
    {
        IReadOnlyList<Augmentation> augmentations = TrainingOptions.Augmentations(context.Options);
        if (augmentations.Count == 0)
        {
            return;
        }

        if (context.Options.Data.Train is CsvOptions)
        {
            context.KeyError("augment", "has no use here: a table has no images");
        }
        else if (InputHeader.Of(context) is { } header && ShapeOf(context, header) is { } shape)
        {
            for (int i = 0; i < augmentations.Count; i++)
            {
                Try(context, string.Create(CultureInfo.InvariantCulture, $"augment.{i}"), () => augmentations[i].Check(shape));
            }
        }
    }

    private static ImageShape? ShapeOf(CheckContext context, ArrayHeader header)
    {
        ImageShape? shape = null;
        Try(context, "augment", () => shape = ImageShape.Of(header.Type, [.. header.Shape.Select(d => (int)d)]));
        return shape;
    }

    private static void Try(CheckContext context, string path, Action check)
    {
        try
        {
            check();
        }
        catch (AnnealException error)
        {
            context.Error(path, error.Text);
        }
    }
}
