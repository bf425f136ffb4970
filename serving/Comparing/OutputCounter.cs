using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Anneal.Onnx.Tensors;

namespace Anneal.Serving.Comparing;

/// <summary>Compares one output of two models, batch after batch.</summary>
/// <param name="name">The output.</param>
/// <param name="tolerance">Differences up to this are none.</param>
/// <param name="shown">How many rows are kept.</param>
internal sealed class OutputCounter(string name, double tolerance, int shown)
{
    private readonly PriorityQueue<RowDifference, (double Difference, long Row)> _worst = new();
    private double _max;
    private double _sum;
    private long _elements;
    private long _rows;

    public OutputDifference Result => new(
        name, _max, _elements == 0 ? 0 : _sum / _elements, _rows, [.. _worst.UnorderedItems.Select(i => i.Element).OrderByDescending(r => r.Difference).ThenBy(r => r.Row)]);

    public void Add(Tensor first, Tensor second, long start)
    {
        if (!first.Shape.SequenceEqual(second.Shape) || (first.Type == DType.String) != (second.Type == DType.String))
        {
            throw AnnealException.BadData($"the first model answers {first}, the second {second}").In($"output '{name}'");
        }

        int rows = first.Shape[0];
        int width = rows == 0 ? 0 : first.Length / rows;
        double[]? a = first.Type == DType.String ? null : Numbers(first);
        double[]? b = a is null ? null : Numbers(second);
        for (int row = 0; row < rows; row++)
        {
            (double worst, int at) = (-1, 0);
            for (int i = row * width; i < (row + 1) * width; i++)
            {
                double d = a is null ? (first.Strings[i] == second.Strings[i] ? 0 : 1) : Distance(a[i], b![i]);
                (worst, at) = d > worst ? (d, i) : (worst, at);
                _sum += double.IsFinite(d) ? d : 0;
                _elements++;
            }

            if (worst > tolerance)
            {
                _rows++;
                Keep(new RowDifference(start + row, at - (row * width), Text(first, a, at), Text(second, b, at), worst));
            }

            _max = Math.Max(_max, worst);
        }
    }

    /// <summary>The rows of a tensor that hold a NaN or an infinity.</summary>
    public static IEnumerable<int> NonFinite(Tensor tensor)
    {
        if (!tensor.Type.IsFloating() || tensor.Length == 0)
        {
            return [];
        }

        int width = tensor.Length / tensor.Shape[0];
        return Numbers(tensor).Select((v, i) => (v, i)).Where(p => !double.IsFinite(p.v)).Select(p => p.i / width).Distinct();
    }

    /// <summary>The elements as doubles.</summary>
    public static double[] Numbers(Tensor tensor) => tensor.Type switch
    {
        DType.Float => As<float>(tensor),
        DType.Double => As<double>(tensor),
        DType.Float16 => As<Half>(tensor),
        DType.BFloat16 => Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(tensor.Bytes).ToArray(), v => (double)BitConverter.UInt32BitsToSingle((uint)v << 16)),
        DType.Int64 => As<long>(tensor),
        DType.UInt64 => As<ulong>(tensor),
        DType.Int32 => As<int>(tensor),
        DType.UInt32 => As<uint>(tensor),
        DType.Int16 => As<short>(tensor),
        DType.UInt16 => As<ushort>(tensor),
        DType.Int8 => As<sbyte>(tensor),
        DType.UInt8 or DType.Bool => As<byte>(tensor),
        _ => throw AnnealException.BadData($"outputs of element type {tensor.Type.Name()} cannot be compared"),
    };

    private static double[] As<T>(Tensor tensor)
        where T : unmanaged, INumberBase<T> => Array.ConvertAll(MemoryMarshal.Cast<byte, T>(tensor.Bytes).ToArray(), double.CreateTruncating);

    private static double Distance(double a, double b)
    {
        double d = a.Equals(b) ? 0 : Math.Abs(a - b);
        return double.IsNaN(d) ? double.PositiveInfinity : d;
    }

    private static string Text(Tensor tensor, double[]? numbers, int at) => numbers is null ? tensor.Strings[at] : numbers[at].ToString("g9", CultureInfo.InvariantCulture);

    private void Keep(RowDifference row)
    {
        _worst.Enqueue(row, (row.Difference, -row.Row));
        if (_worst.Count > shown)
        {
            _worst.Dequeue();
        }
    }
}
