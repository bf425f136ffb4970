using System.Numerics.Tensors;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Element-wise smallest of the operands.</summary>
internal sealed class Min : Extremum
{
    protected override Kernel CompileNumber<T>(KernelSpec spec) => Fold<T>(spec, TensorPrimitives.Min, TensorPrimitives.Min);
}
