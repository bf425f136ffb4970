using System.Numerics;
using Anneal.Onnx.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anneal.Onnx.Kernels;

/// <summary>Y = (X - mean) / √(variance + ε) · scale + bias, for each of a number of rows.</summary>
/// <remarks>Scale and bias hold one element for each element of a row, or one for each row, counted around.</remarks>
internal static unsafe class NormRows
{
    public static Kernel Make<T>(KernelSpec spec, int length, bool perRow, float epsilon, Slot? bias, Slot? mean, Slot? inverse)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Slot x = spec.In(0);
        Slot scale = spec.In(1);
        Slot y = spec.Out();
        int rows = length == 0 ? 0 : x.Length / length;
        T eps = T.CreateTruncating(epsilon);
        int perItem = Math.Max(1, Elementwise.Chunk / Math.Max(1, length));
        Action<int> body = item =>
        {
            int end = Math.Min(rows, (item + 1) * perItem);
            for (int row = item * perItem; row < end; row++)
            {
                var to = new Span<T>((T*)y.Pointer + ((long)row * length), length);
                (T center, T factor) = Normalize(new ReadOnlySpan<T>((T*)x.Pointer + ((long)row * length), length), to, eps);
                if (mean is not null)
                {
                    ((T*)mean.Pointer)[row] = center;
                }

                if (inverse is not null)
                {
                    ((T*)inverse.Pointer)[row] = factor;
                }

                if (perRow)
                {
                    TensorPrimitives.Multiply(to, ((T*)scale.Pointer)[row % scale.Length], to);
                    if (bias is not null)
                    {
                        TensorPrimitives.Add(to, ((T*)bias.Pointer)[row % bias.Length], to);
                    }
                }
                else
                {
                    TensorPrimitives.Multiply(to, new ReadOnlySpan<T>((T*)scale.Pointer, length), to);
                    if (bias is not null)
                    {
                        TensorPrimitives.Add(to, new ReadOnlySpan<T>((T*)bias.Pointer, length), to);
                    }
                }
            }
        };
        int items = (rows + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }

    /// <summary>(x - mean) / √(variance + ε), which may be written over x.</summary>
    /// <returns>The mean, and the factor 1 / √(variance + ε).</returns>
    public static (T Mean, T Factor) Normalize<T>(ReadOnlySpan<T> x, Span<T> y, T epsilon)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T count = T.CreateTruncating(x.Length);
        T mean = TensorPrimitives.Sum(x) / count;
        TensorPrimitives.Subtract(x, mean, y);
        T variance = TensorPrimitives.SumOfSquares<T>(y) / count;
        T factor = T.One / T.Sqrt(variance + epsilon);
        TensorPrimitives.Multiply(y, factor, y);
        return (mean, factor);
    }

    /// <summary>Whether a scale has one element for each row rather than for each element of a row.</summary>
    /// <param name="scale">The scale's shape.</param>
    /// <param name="inner">The number of dimensions of a row.</param>
    public static bool IsPerRow(ReadOnlySpan<int> scale, int inner) =>
        Tensor.LengthOf(scale) == 1 || (scale.Length > inner && !scale[^inner..].ContainsAnyExcept(1));
}
