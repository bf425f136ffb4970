using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The number of elements, as a scalar.</summary>
public sealed class Size : Op
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = new(
        13, [new("data", "T")], [new("size", "T1")], [], [("T", TypeSet.All), ("T1", TypeSet.Int64)])
    { From = 1 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Zero;

    /// <inheritdoc/>
    public override TensorType[] Infer(InferenceScope scope) => [TensorType.Of(Tensors.DType.Int64)];

    /// <inheritdoc/>
    public override Kernel Compile(KernelSpec spec)
    {
        Slot y = spec.Out();
        long length = spec.In(0).Length;
        return _ => y.Span<long>()[0] = length;
    }
}
