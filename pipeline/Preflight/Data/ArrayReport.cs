using Anneal.Onnx.Ir;
using Anneal.Onnx.Tensors;
using Anneal.Trainer.Data;
using Anneal.Trainer.Data.Images;

namespace Anneal.Pipeline.Preflight.Data;

/// <summary>Describes an array, such as images, by all its elements together.</summary>
internal static class ArrayReport
{
    /// <summary>Describes the rows of an array.</summary>
    /// <param name="feature">The array; of other types than uint8 and float only type and sizes are told.</param>
    /// <param name="rows">The rows to train on.</param>
    public static ColumnReport Of(FeatureColumn feature, int[] rows)
    {
        Tensor values = feature.Values;
        string type = $"{values.Type.Name()}[{string.Join(",", values.Shape[1..].ToArray())}]";
        ColumnReport report = values.Type switch
        {
            DType.UInt8 => OfBytes(new ColumnReport(feature.Name, type, 0, null), values, rows),
            DType.Float => OfFloats(new ColumnReport(feature.Name, type, 0, null), values, rows),
            _ => new ColumnReport(feature.Name, type, 0, null),
        };
        return report with { SourceSizes = feature.SourceSizes, Notes = [.. report.Notes, .. Stretched(feature)] };
    }

    private static ColumnReport OfBytes(ColumnReport report, Tensor values, int[] rows)
    {
        long[] counts = new long[256];
        foreach (int row in rows)
        {
            foreach (byte pixel in values.Rows(row, 1).Bytes)
            {
                counts[pixel]++;
            }
        }

        double total = counts.Sum();
        double mean = counts.Select((c, v) => (double)c * v).Sum() / total;
        int[] seen = [.. Enumerable.Range(0, 256).Where(v => counts[v] > 0)];
        return report with
        {
            Distinct = seen.Length,
            Mean = mean,
            Deviation = Math.Sqrt(counts.Select((c, v) => c * (v - mean) * (v - mean)).Sum() / total),
            Min = seen[0],
            Max = seen[^1],
            Notes = seen.Length == 1 ? ["constant"] : [],
        };
    }

    // Twice over the elements, all of them finite: a sum of squares alone loses the deviation of what lies far from 0.
    private static ColumnReport OfFloats(ColumnReport report, Tensor values, int[] rows)
    {
        double sum = 0;
        (float min, float max) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (int row in rows)
        {
            foreach (float value in values.Rows(row, 1).Span<float>())
            {
                sum += value;
                (min, max) = (Math.Min(min, value), Math.Max(max, value));
            }
        }

        double count = (double)rows.Length * (values.Length / values.Shape[0]);
        double mean = sum / count;
        double squares = 0;
        foreach (int row in rows)
        {
            foreach (float value in values.Rows(row, 1).Span<float>())
            {
                squares += (value - mean) * (value - mean);
            }
        }

        return report with { Mean = mean, Deviation = Math.Sqrt(squares / count), Min = min, Max = max, Notes = min == max ? ["constant"] : [] };
    }

    private static IEnumerable<string> Stretched(FeatureColumn feature) =>
        feature.SourceSizes is { } sizes && sizes != new ImageSizes(feature.Values.Shape[^2], feature.Values.Shape[^1], feature.Values.Shape[^2], feature.Values.Shape[^1])
            ? [FormattableString.Invariant($"stretched from {sizes.LeastHeight} to {sizes.LargestHeight} pixels high and {sizes.LeastWidth} to {sizes.LargestWidth} wide")]
            : [];
}
