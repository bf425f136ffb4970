using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Stages;
using Anneal.Trainer.Data;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>There is one source of training rows, and every key of <c>data</c> has a use for it.</summary>
internal sealed class CheckSource : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "data"];

    public void Check(CheckContext context)
    {
        DataOptions data = context.Options.Data;
        bool isTable = data.Train is CsvOptions;
        if (data.Dataset is null && data.Train is null)
        {
            context.Error("data", "needs 'train' or 'dataset'");
            return;
        }

        if (data.Dataset is not null)
        {
            Refuse(context, "data.train", data.Train is not null, "'dataset' brings its own training rows");
            Refuse(context, "data.test", data.Test is not null, "'dataset' brings its own test rows");
            KnownDataset dataset = Sources.Dataset(data.Dataset.Value);
            if (dataset.MissingFile is { } missing)
            {
                context.Error("data.dataset", $"no such file: '{missing}'. hint: {dataset.HowToGet}");
            }

            if (context.Options.Task != TaskKind.Classification)
            {
                context.Error("task", "the data set has classes, so the task is classification");
            }
        }
        else if (data.Test is not null && data.Test.GetType() != data.Train!.GetType())
        {
            context.Error("data.test", "must be of the same kind as 'data.train'");
        }

        Refuse(context, "data.classes", data.Classes is not null && context.Options.Task is not (TaskKind.Classification or TaskKind.Binary), "only classes can be chosen");
        Refuse(context, "data.classes", data.Classes is not null && (data.Split as ISplitMarks)?.File is not null, "'data.split' has a mark for each row of the file");
        if (data.Classes is { } classes && (classes.Count < 2 || classes.Distinct(StringComparer.Ordinal).Count() < classes.Count))
        {
            context.Error("data.classes", classes.Count < 2 ? "needs at least two classes" : "names a class twice");
        }

        Refuse(context, "data.label", !isTable && data.Label is not null, "only a table has a label column");
        Refuse(context, "data.labels", !isTable && data.Labels is not null, "only a table has label columns");
        Refuse(context, "data.labels", data is { Labels: not null, Label: not null }, "'label' names the column to predict already");
        Refuse(context, "data.weight", !isTable && data.Weight is not null, "only a table has a column of weights");
        Refuse(context, "data.positive", !isTable && data.Positive is not null, "class 1 is the positive one of an array, the last folder that of images");
        Refuse(context, "data.features", !isTable && data.Features is not null, "only a table has columns; use 'data.normalize'");
        Refuse(context, "data.normalize", isTable && data.Normalize is not null, "a table's columns are scaled by 'data.features.numeric'");
        if (data.Normalize is { Method: NormalizeMethod.Standardize } normalize)
        {
            Refuse(context, "data.normalize.mean", normalize.Mean != 0, "'method: standardize' fits the mean on the training rows");
            Refuse(context, "data.normalize.std", normalize.Std != 1, "'method: standardize' fits the deviation on the training rows");
        }
    }

    private static void Refuse(CheckContext context, string path, bool isPresent, string reason)
    {
        if (isPresent)
        {
            context.KeyError(path, $"has no use here: {reason}");
        }
    }
}
