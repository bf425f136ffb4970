using System.Globalization;
using Anneal.Onnx;
using Anneal.Onnx.Formats;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;
using Anneal.Trainer.Data.Augment;
using ColumnKind = Anneal.Pipeline.Config.Options.ColumnKind;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>Each augmentation fits the rows, and its settings fit one another.</summary>
internal sealed class CheckAugment : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["data", "augment"];

    public void Check(CheckContext context)
    {
        IReadOnlyList<AugmentOptions> augmentations = context.Options.Augment ?? [];
        ArrayHeader? header = context.Options.Data.Train is CsvOptions ? null : InputHeader.Of(context);
        for (int i = 0; i < augmentations.Count; i++)
        {
            AugmentOptions augment = augmentations[i];
            string path = string.Create(CultureInfo.InvariantCulture, $"augment.{i}");
            CheckSettings(context, path, augment);
            if (context.Options.Data is { Train: CsvOptions table } data)
            {
                CheckTable(context, path, augment, table, data);
            }
            else if (header is not null)
            {
                Try(context, path, () => CheckRows(augment, header.Type, [.. header.Shape.Select(d => (int)d)]));
            }
        }
    }

    private static void CheckSettings(CheckContext context, string path, AugmentOptions augment)
    {
        switch (augment)
        {
            case ScaleOptions scale when scale.Min > scale.Max:
                context.Error(path + ".scale.min", FormattableString.Invariant($"must be at most 'max', which is {scale.Max}"));
                break;
            case ColorOptions { Saturation: 0, Hue: 0 }:
                context.Error(path, "color changes nothing: needs 'saturation' or 'hue'");
                break;
            case CropOptions { Padding: 0, MinArea: 1, MaxRatio: 1 }:
                context.Error(path, "crop changes nothing: needs 'padding', or 'min_area' below 1");
                break;
        }
    }

    private static void CheckTable(CheckContext context, string path, AugmentOptions augment, CsvOptions table, DataOptions data)
    {
        bool isMixup = augment is MixupOptions;
        if (augment is CutmixOptions || (!isMixup && !AugmentSettings.RowOf(augment).FitsTables))
        {
            context.KeyError(path, "has no use here: a table has no images");
        }
        else if (isMixup && (data.Features is { Categorical: CategoryEncoding.Embedding } || data.Features?.Columns?.Values.Any(IsEmbedded) == true))
        {
            context.KeyError(path, "mixup cannot mix the ids of embedded columns. hint: use one_hot");
        }
        else if (!isMixup && table.Columns?.Any(c => c.Value == ColumnKind.Number && c.Key != data.Weight && !data.Targets().Contains(c.Key)) == false)
        {
            context.KeyError(path, "has no use here: the table has no number column to learn from");
        }
    }

    private static bool IsEmbedded(ColumnFeatureOptions column) => column.Encode == CategoryEncoding.Embedding || column.Width is not null;

    private static void CheckRows(AugmentOptions augment, DType type, int[] shape)
    {
        if (AugmentSettings.IsMix(augment))
        {
            AugmentSettings.MixOf(augment).Check(ImageShape.OfRows(type, shape), shape.Length > 2);
            return;
        }

        Augmentation change = AugmentSettings.RowOf(augment);
        change.Check(change.FitsTables ? ImageShape.OfRows(type, shape) : ImageShape.Of(type, shape));
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
