using System.Numerics.Tensors;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>C = A or B, bit by bit.</summary>
internal sealed class BitwiseOr : Bitwise
{
    protected override Kernel Compile<T>(KernelSpec spec) =>
        Broadcast.Zip<T, T>(spec, TensorPrimitives.BitwiseOr, TensorPrimitives.BitwiseOr, static (a, b, y) => TensorPrimitives.BitwiseOr(b, a, y));
}
