using System.Globalization;
using System.Runtime.InteropServices;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Profiles;

/// <summary>One column of some rows: numbers, or texts.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Numbers">The numbers, NaN where one is missing; null of texts.</param>
/// <param name="Texts">The texts, empty where one is missing; null of numbers.</param>
internal sealed record InputColumn(string Name, float[]? Numbers, string[]? Texts)
{
    private const int Widest = 64;

    /// <summary>The columns of an input. A wide one, as images are, is two: the means of its rows and their deviations.</summary>
    /// <param name="name">The input's name.</param>
    /// <param name="rows">Its rows.</param>
    public static IEnumerable<InputColumn> Of(string name, Tensor rows)
    {
        int count = rows.Rank == 0 ? 0 : rows.Shape[0];
        int width = count == 0 ? 0 : rows.Length / count;
        string Named(int column) => width == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}[{column}]");
        if (rows.Type == DType.String)
        {
            return Enumerable.Range(0, Math.Min(width, Widest)).Select(c => new InputColumn(Named(c), null, Column(rows.Strings, width, c)));
        }

        if (width == 0 || NumbersOf(rows) is not { } numbers)
        {
            return [];
        }

        return width <= Widest
            ? Enumerable.Range(0, width).Select(c => new InputColumn(Named(c), Column(numbers, width, c), null))
            : Moments(name, numbers, width);
    }

    private static IEnumerable<InputColumn> Moments(string name, float[] numbers, int width)
    {
        float[] means = new float[numbers.Length / width];
        float[] deviations = new float[means.Length];
        for (int row = 0; row < means.Length; row++)
        {
            double sum = 0;
            double squares = 0;
            foreach (float value in numbers.AsSpan(row * width, width))
            {
                sum += value;
                squares += (double)value * value;
            }

            double mean = sum / width;
            means[row] = (float)mean;
            deviations[row] = (float)Math.Sqrt(Math.Max(0, (squares / width) - (mean * mean)));
        }

        return [new InputColumn($"mean({name})", means, null), new InputColumn($"deviation({name})", deviations, null)];
    }

    private static T[] Column<T>(T[] values, int width, int column)
    {
        var result = new T[values.Length / width];
        for (int row = 0; row < result.Length; row++)
        {
            result[row] = values[(row * width) + column];
        }

        return result;
    }

    private static float[]? NumbersOf(Tensor tensor) => tensor.Type switch
    {
        DType.Float => tensor.Span<float>().ToArray(),
        DType.Double => Converted<double>(tensor),
        DType.Int64 => Converted<long>(tensor),
        DType.Int32 => Converted<int>(tensor),
        DType.Int16 => Converted<short>(tensor),
        DType.Int8 => Converted<sbyte>(tensor),
        DType.UInt8 or DType.Bool => Array.ConvertAll(tensor.Bytes.ToArray(), b => (float)b),
        DType.UInt16 => Converted<ushort>(tensor),
        DType.Float16 => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(tensor.Bytes).ToArray(), h => (float)h),
        _ => null,
    };

    private static float[] Converted<T>(Tensor tensor)
        where T : unmanaged, System.Numerics.INumber<T> => Array.ConvertAll(tensor.Span<T>().ToArray(), float.CreateTruncating);
}
