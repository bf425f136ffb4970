using System.Numerics.Tensors;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Element-wise largest of the operands.</summary>
internal sealed class Max : Extremum
{
    protected override Kernel CompileNumber<T>(KernelSpec spec) => Fold<T>(spec, TensorPrimitives.Max, TensorPrimitives.Max);
}
