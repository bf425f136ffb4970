using System.Numerics.Tensors;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>C = A xor B, bit by bit.</summary>
internal sealed class BitwiseXor : Bitwise
{
    protected override Kernel Compile<T>(KernelSpec spec) =>
        Broadcast.Zip<T, T>(spec, TensorPrimitives.Xor, TensorPrimitives.Xor, static (a, b, y) => TensorPrimitives.Xor(b, a, y));
}
