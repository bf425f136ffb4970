using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>y = saturate(round(x / scale) + zero), with one scale for all elements or one along an axis; halves go to the even neighbour.</summary>
public sealed class QuantizeLinear : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13,
        [new("x", "T1"), new("y_scale", "T1"), new("y_zero_point", "T2", Optional: true)],
        [new("y", "T2")],
        [AttributeSchema.Int("axis")],
        [("T1", TypeSet.Of(DType.Float)), ("T2", TypeSet.Of(DType.UInt8, DType.Int8))])
    { From = 10 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Zero;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        Quantized.Check(scope);
        return [new(scope.Has(2) ? scope.Type(2) : DType.UInt8, scope.Shape(0))];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => spec.Out().Type == DType.Int8 ? Compile<sbyte>(spec) : Compile<byte>(spec);

    private static unsafe Kernel Compile<T>(KernelSpec spec)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>, System.Numerics.IMinMaxValue<T>
    {
        Slot x = spec.In(0);
        Slot scale = spec.In(1);
        Slot? zero = spec.HasIn(2) ? spec.In(2) : null;
        Slot y = spec.Out();
        (int count, int inner) = Quantized.Along(spec);
        float low = float.CreateChecked(T.MinValue);
        float high = float.CreateChecked(T.MaxValue);
        Action<int> body = item =>
        {
            int end = Math.Min(x.Length, (item + 1) * Elementwise.Chunk);
            for (int i = item * Elementwise.Chunk; i < end; i++)
            {
                int channel = i / inner % count;
                float shift = zero is null ? 0 : float.CreateChecked(((T*)zero.Pointer)[channel]);
                float rounded = MathF.Round(((float*)x.Pointer)[i] / ((float*)scale.Pointer)[channel]) + shift;
                ((T*)y.Pointer)[i] = T.CreateSaturating(Math.Clamp(rounded, low, high));
            }
        };
        int items = Elementwise.Items(x.Length);
        return team => team.Run(items, body);
    }
}
