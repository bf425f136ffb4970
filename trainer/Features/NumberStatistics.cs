using Anneal.Onnx;
using Anneal.Onnx.Tensors;

namespace Anneal.Trainer.Features;

/// <summary>What preprocessing learns from numbers; sums in double, in the order of the rows.</summary>
internal readonly record struct NumberStatistics(double Mean, double Deviation, double Median, float Min, float Max)
{
    /// <summary>A quarter of the numbers lie below; between two numbers by their distance.</summary>
    public double LowerQuartile { get; init; }

    /// <summary>A quarter of the numbers lie above.</summary>
    public double UpperQuartile { get; init; }

    /// <summary>The number of rows whose number is missing.</summary>
    public int Missing { get; init; }

    /// <summary>Of the numbers of a column that are not missing, float [rows, 1], or of a function of them.</summary>
    public static NumberStatistics OfColumn(string name, Tensor column, ReadOnlySpan<int> rows, Func<float, float>? of = null)
    {
        ReadOnlySpan<float> values = column.Span<float>();
        float[] present = new float[rows.Length];
        int count = 0;
        foreach (int row in rows)
        {
            present[count] = of is null ? values[row] : of(values[row]);
            count += float.IsNaN(values[row]) ? 0 : 1;
        }

        if (count == 0)
        {
            throw AnnealException.BadData($"column '{name}' has no number in any of {rows.Length} training rows", "set it to ignore");
        }

        Span<float> there = present.AsSpan(0, count);
        (double mean, double deviation) = Moments(there);
        there.Sort();
        return new NumberStatistics(mean, deviation, Quantile(there, 0.5), there[0], there[^1])
        {
            LowerQuartile = Quantile(there, 0.25),
            UpperQuartile = Quantile(there, 0.75),
            Missing = rows.Length - count,
        };
    }

    /// <summary>Mean and standard deviation of all elements of the rows of an array.</summary>
    public static (double Mean, double Deviation) OfArray(Tensor array, ReadOnlySpan<int> rows)
    {
        int width = array.Length / Math.Max(1, array.Shape[0]);
        if (array.Type == DType.UInt8)
        {
            return OfBytes(array.Bytes, width, rows);
        }

        float[] values = new float[checked(rows.Length * width)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Element(array, (rows[i / width] * width) + (i % width));
        }

        return Moments(values);
    }

    private static double Quantile(ReadOnlySpan<float> sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * ((double)sorted[above] - sorted[below]));
    }

    private static (double Mean, double Deviation) OfBytes(ReadOnlySpan<byte> bytes, int width, ReadOnlySpan<int> rows)
    {
        long[] counts = new long[256];
        foreach (int row in rows)
        {
            foreach (byte value in bytes.Slice(row * width, width))
            {
                counts[value]++;
            }
        }

        double total = (double)rows.Length * width;
        double mean = counts.Select((c, v) => (double)c * v).Sum() / total;
        return (mean, Math.Sqrt(counts.Select((c, v) => c * (v - mean) * (v - mean)).Sum() / total));
    }

    private static (double Mean, double Deviation) Moments(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        double mean = sum / values.Length;
        double squares = 0;
        foreach (float value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return (mean, Math.Sqrt(squares / values.Length));
    }

    private static float Element(Tensor array, int index) => array.Type switch
    {
        DType.Float => array.Span<float>()[index],
        DType.Double => (float)array.Span<double>()[index],
        DType.Float16 => (float)array.Span<Half>()[index],
        DType.Int8 => array.Span<sbyte>()[index],
        DType.Int16 => array.Span<short>()[index],
        DType.UInt16 => array.Span<ushort>()[index],
        DType.Int32 => array.Span<int>()[index],
        DType.UInt32 => array.Span<uint>()[index],
        DType.Int64 => array.Span<long>()[index],
        DType.UInt64 => array.Span<ulong>()[index],
        _ => array.Bytes[index],
    };
}
