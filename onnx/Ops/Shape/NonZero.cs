using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>The indices of all elements that are not 0, as [rank, count] in row-major order.</summary>
/// <remarks>The count follows from the values, so only a constant input can be in a plan.</remarks>
internal sealed class NonZero : Op
{
    public override OpSchema Schema { get; } = new(13, [new("X", "T")], [new("Y", "I")], [], [("T", TypeSet.NumbersAndBool), ("I", TypeSet.Int64)]) { From = 9 };

    public override Gradient Gradient => Gradient.Zero;

    public override TensorType[] Infer(InferenceScope scope) => scope.Shape(0) is not { } shape
        ? [new(DType.Int64, null)]
        : [new(DType.Int64, new TensorShape(shape.Rank, scope.Constant(0) is { } value ? Dim.Of(Enumerable.Range(0, value.Length).Count(i => IsSet(value.Bytes, i, value.Type))) : Dim.Unknown))];

    public override unsafe Kernel Compile(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        int[] strides = StridedCopy.Dense(x.Shape);
        int[] sizes = x.Shape.ToArray();
        int count = y.Shape[1];
        int bytes = checked((int)x.ByteLength);
        return _ =>
        {
            int next = 0;
            for (int i = 0; i < x.Length; i++)
            {
                if (IsSet(new ReadOnlySpan<byte>(x.Pointer, bytes), i, x.Type))
                {
                    for (int d = 0; d < sizes.Length; d++)
                    {
                        ((long*)y.Pointer)[((long)d * count) + next] = i / strides[d] % sizes[d];
                    }

                    next++;
                }
            }
        };
    }

    // The sign of a negative zero is its highest bit.
    private static bool IsSet(ReadOnlySpan<byte> bytes, int index, DType type)
    {
        int size = type.Size();
        ReadOnlySpan<byte> element = bytes.Slice(index * size, size);
        return element[..^1].ContainsAnyExcept((byte)0) || (element[^1] & (type.IsFloating() ? 0x7F : 0xFF)) != 0;
    }
}
