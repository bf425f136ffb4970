using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Report;
using Anneal.Trainer.Data;

namespace Anneal.Pipeline.Preflight.Data;

/// <summary>Writes the data report.</summary>
internal static class DataReports
{
    private const int SheetImages = 64;
    private const int SheetColumns = 16;

    /// <summary>Describes the rows of a training.</summary>
    /// <param name="subject">The training.</param>
    public static DataReport Of(PreflightSubject subject)
    {
        DataColumns columns = subject.Columns;
        IEnumerable<ColumnReport> reports = columns.Train.Count > 0
            ? columns.Train.Select(c => ColumnReport.Of(c, columns.TrainRows))
            : subject.Loaded.Train.Features.Select(f => ArrayReport.Of(f, columns.TrainRows));
        return new DataReport([.. reports], Classes(subject), SheetOf(subject)?.ToDataUri());
    }

    // The first images to train on, side by side.
    private static Picture? SheetOf(PreflightSubject subject)
    {
        IReadOnlyList<FeatureColumn> features = subject.Loaded.Train.Features;
        Picture[] images = [.. features.Count == 1 ? subject.Columns.TrainRows.Take(SheetImages).Select(row => RowPictures.Of(features[0].Values, row)).OfType<Picture>() : []];
        return images.Length == 0 ? null : Picture.Sheet(images, SheetColumns);
    }

    /// <summary>The classes with their rows in each part; none of numbers.</summary>
    public static IReadOnlyList<ClassReport> Classes(PreflightSubject subject)
    {
        DataTable train = subject.Loaded.Train;
        if (train.ClassNames is not { } names)
        {
            return [];
        }

        int[] ofTrain = Counts(train, subject.Columns.TrainRows, names.Count);
        int[] ofValidation = Counts(train, subject.Columns.ValidationRows, names.Count);
        int[] ofTest = Counts(subject.Loaded.Test, subject.Columns.TestRows, names.Count);
        return [.. names.Select((n, c) => new ClassReport(n, ofTrain[c], ofValidation[c], ofTest[c]))];
    }

    private static int[] Counts(DataTable table, int[] rows, int classes)
    {
        int[] counts = new int[classes];
        foreach (int row in rows)
        {
            if (table.Target.Type == DType.Int64)
            {
                counts[table.Target.Span<long>()[row]]++;
                continue;
            }

            for (int label = 0; label < classes; label++)
            {
                counts[label] += table.Target.Span<float>()[(row * classes) + label] > 0 ? 1 : 0;
            }
        }

        return counts;
    }
}
