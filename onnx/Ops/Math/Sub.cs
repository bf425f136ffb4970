using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>C = A - B, with broadcasting.</summary>
internal sealed class Sub : Binary
{
    public override OpSchema Schema { get; } = SchemaOf(14, TypeSet.Numbers);

    public override Gradient Gradient => Gradient.Of(s => [s.DY, s.Builder.Neg(s.DY)]);

    protected override Kernel CompileNumber<T>(KernelSpec spec) => Broadcast.Zip<T, T>(
        spec,
        TensorPrimitives.Subtract,
        TensorPrimitives.Subtract,
        TensorPrimitives.Subtract);
}
