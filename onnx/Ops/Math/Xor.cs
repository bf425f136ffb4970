using System.Numerics.Tensors;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>C = A ≠ B.</summary>
internal sealed class Xor : Logical
{
    public override Kernel Compile(KernelSpec spec) => Of(spec, TensorPrimitives.Xor, TensorPrimitives.Xor);
}
