using Anneal.Pipeline.Config.Options;

namespace Anneal.Pipeline.Config.Checks;

/// <summary>The sources of images agree on what a row is, and the classes are the folders'.</summary>
internal sealed class CheckImages : IConfigValidator
{
    public IReadOnlyList<string> Reads => ["task", "data", "export"];

    public void Check(CheckContext context)
    {
        if (context.Options.Data.Train is not ImagesOptions train)
        {
            return;
        }

        CheckSize(context, "data.train.images.size", train.Size);
        if (context.Options.Data.Test is ImagesOptions test)
        {
            CheckSize(context, "data.test.images.size", test.Size);
            if (test.Channels != train.Channels)
            {
                context.Error("data.test.images.channels", "must be as in 'data.train'; left out, it is");
            }

            if (!(test.Size ?? []).SequenceEqual(train.Size ?? []))
            {
                context.Error("data.test.images.size", "must be as in 'data.train'; left out, it is");
            }
        }

        if (context.Options.Task is not (TaskKind.Classification or TaskKind.Binary))
        {
            context.Error("task", "the folders of the images are classes, so the task is classification");
        }

        if (context.Options.Export.Labels is not null)
        {
            context.KeyError("export.labels", "has no use here: the folders of the images name the classes");
        }
    }

    private static void CheckSize(CheckContext context, string path, IReadOnlyList<int>? size)
    {
        if (size is { Count: not 2 })
        {
            context.Error(path, $"expected [height, width], found {size.Count} numbers");
        }
    }
}
