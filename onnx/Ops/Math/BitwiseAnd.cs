using System.Numerics.Tensors;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>C = A and B, bit by bit.</summary>
internal sealed class BitwiseAnd : Bitwise
{
    protected override Kernel Compile<T>(KernelSpec spec) =>
        Broadcast.Zip<T, T>(spec, TensorPrimitives.BitwiseAnd, TensorPrimitives.BitwiseAnd, static (a, b, y) => TensorPrimitives.BitwiseAnd(b, a, y));
}
