using System.Numerics;
using Anneal.Onnx.Tensors;

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
                T* from = (T*)x.Pointer + ((long)row * length);
                (T center, T factor) = NormRow<T>.Statistics(from, length, eps);
                if (mean is not null)
                {
                    ((T*)mean.Pointer)[row] = center;
                }

                if (inverse is not null)
                {
                    ((T*)inverse.Pointer)[row] = factor;
                }

                T* scales = (T*)scale.Pointer + (perRow ? row % scale.Length : 0);
                T* biases = bias is null ? null : (T*)bias.Pointer + (perRow ? row % bias.Length : 0);
                NormRow<T>.Apply(from, center, factor, scales, biases, perRow, (T*)y.Pointer + ((long)row * length), length);
            }
        };
        int items = (rows + perItem - 1) / perItem;
        return team => team.Run(items, body);
    }

    /// <summary>Whether a scale has one element for each row rather than for each element of a row.</summary>
    /// <param name="scale">The scale's shape.</param>
    /// <param name="inner">The number of dimensions of a row.</param>
    public static bool IsPerRow(ReadOnlySpan<int> scale, int inner) =>
        Tensor.LengthOf(scale) == 1 || (scale.Length > inner && !scale[^inner..].ContainsAnyExcept(1));
}
