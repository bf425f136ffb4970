using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>y = (x - zero) · scale, with one scale for all elements or one along an axis.</summary>
public sealed class DequantizeLinear : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13,
        [new("x", "T1"), new("x_scale", "T2"), new("x_zero_point", "T1", Optional: true)],
        [new("y", "T2")],
        [AttributeSchema.Int("axis")],
        [("T1", TypeSet.Of(DType.UInt8, DType.Int8, DType.Int32)), ("T2", TypeSet.Of(DType.Float))])
    { From = 10 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Forbidden("quantised weights cannot be trained: import the float model");

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        Quantized.Check(scope);
        return [new(scope.Type(1), scope.Shape(0))];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec) => spec.In(0).Type switch
    {
        DType.UInt8 => Compile<byte>(spec),
        DType.Int8 => Compile<sbyte>(spec),
        DType.Int32 => Compile<int>(spec),
        _ => throw spec.Unsupported(0),
    };

    private static unsafe Kernel Compile<T>(KernelSpec spec)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        Slot x = spec.In(0);
        Slot scale = spec.In(1);
        Slot? zero = spec.HasIn(2) ? spec.In(2) : null;
        Slot y = spec.Out();
        (int count, int inner) = Quantized.Along(spec);
        Action<int> body = item =>
        {
            int end = Math.Min(x.Length, (item + 1) * Elementwise.Chunk);
            for (int i = item * Elementwise.Chunk; i < end; i++)
            {
                int channel = i / inner % count;
                long shift = zero is null ? 0 : long.CreateChecked(((T*)zero.Pointer)[channel]);
                ((float*)y.Pointer)[i] = (long.CreateChecked(((T*)x.Pointer)[i]) - shift) * ((float*)scale.Pointer)[channel];
            }
        };
        int items = Elementwise.Items(x.Length);
        return team => team.Run(items, body);
    }
}
