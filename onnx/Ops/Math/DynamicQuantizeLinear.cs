using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>
/// Quantises to the range that the elements have: scale = (max(0, max x) - min(0, min x)) / 255, zero = round(-min(0, min x) / scale), y = saturate(round(x / scale) + zero).
/// </summary>
/// <remarks>Where all elements are 0 or there is none, the scale is 1.</remarks>
public sealed class DynamicQuantizeLinear : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        11,
        [new("x", "T1")],
        [new("y", "T2"), new("y_scale", "T1"), new("y_zero_point", "T2")],
        [],
        [("T1", TypeSet.Of(DType.Float)), ("T2", TypeSet.Of(DType.UInt8))]);

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Zero;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope) =>
        [new(DType.UInt8, scope.Shape(0)), TensorType.Of(DType.Float), TensorType.Of(DType.UInt8)];

    /// <inheritdoc/>
    public override unsafe Kernel Compile(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out(0);
        Slot scale = spec.Out(1);
        Slot zero = spec.Out(2);
        int items = Elementwise.Items(x.Length);
        Action<int> body = item =>
        {
            int end = Math.Min(x.Length, (item + 1) * Elementwise.Chunk);
            for (int i = item * Elementwise.Chunk; i < end; i++)
            {
                float rounded = MathF.Round(((float*)x.Pointer)[i] / *(float*)scale.Pointer) + *zero.Pointer;
                y.Pointer[i] = (byte)Math.Clamp(rounded, 0, byte.MaxValue);
            }
        };
        return team =>
        {
            float low = 0;
            float high = 0;
            foreach (float value in x.Span<float>())
            {
                low = Math.Min(low, value);
                high = Math.Max(high, value);
            }

            float step = high == low ? 1 : (high - low) / byte.MaxValue;
            *(float*)scale.Pointer = step;
            *zero.Pointer = (byte)Math.Clamp(MathF.Round(-low / step), 0, byte.MaxValue);
            team.Run(items, body);
        };
    }
}
