using Anneal.Onnx.Tensors;

namespace Anneal.Tests.Cases;

/// <summary>Test data by formula: spread out, without equal elements, away from round numbers.</summary>
public static class Sample
{
    /// <summary>The lengths at which loops go wrong: none, one, around a vector, several work items.</summary>
    public static int[] Lengths { get; } = [0, 1, 15, 16, 17, 131, 40001];

    /// <summary>Doubles between two bounds.</summary>
    public static Tensor Real(int[] shape, double low = -2, double high = 2, int salt = 0)
    {
        Tensor tensor = Tensor.Zeros(DType.Double, shape);
        Span<double> values = tensor.Span<double>();
        for (int i = 0; i < values.Length; i++)
        {
            double place = ((i + 1) * 0.6180339887498949) + (salt * 0.3719);
            values[i] = low + ((high - low) * (place - Math.Floor(place)));
        }

        return tensor;
    }

    /// <summary>A scalar double.</summary>
    public static Tensor Scalar(double value) => Tensor.Scalar(value);

    /// <summary>Integers from 0 to a bound, the bound left out.</summary>
    public static Tensor Whole(int[] shape, int bound, int salt = 0)
    {
        Tensor tensor = Tensor.Zeros(DType.Int64, shape);
        Span<long> values = tensor.Span<long>();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ((i * 7) + salt + (i / 5)) % bound;
        }

        return tensor;
    }

    /// <summary>Bools, two of three true.</summary>
    public static Tensor Bools(int[] shape, int salt = 0)
    {
        Tensor tensor = Tensor.Zeros(DType.Bool, shape);
        Span<bool> values = tensor.Span<bool>();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (i + salt) * 11 % 3 != 0;
        }

        return tensor;
    }
}
