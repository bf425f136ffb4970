using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Broadcasts a tensor with a shape; sizes of 1 in the shape keep the tensor's own.</summary>
public sealed class Expand : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13, [new("input", "T"), new("shape", "I")], [new("output", "T")], [], [("T", TypeSet.All), ("I", TypeSet.Int64)])
    { From = 8 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s => [s.DY, null]);

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope)
    {
        TensorShape? shape = scope.Integers(1) is { } sizes
            ? new TensorShape([.. sizes.Select(s => Axes.Size(scope, s))])
            : Axes.Unknown(scope, 1);
        return [new(scope.Type(0), scope.Broadcast(scope.Shape(0), shape))];
    }

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec)
    {
        Slot x = spec.In(0);
        Slot y = spec.Out();
        int[] own = StridedCopy.Dense(x.Shape);
        int extra = y.Shape.Length - own.Length;
        int[] strides = new int[y.Shape.Length];
        for (int d = 0; d < own.Length; d++)
        {
            strides[d + extra] = x.Shape[d] == 1 ? 0 : own[d];
        }

        return new StridedCopy(x, y, y.Shape, strides, StridedCopy.Dense(y.Shape)).Run;
    }
}
