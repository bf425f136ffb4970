using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = cos X.</summary>
internal sealed class Cos : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(7, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Neg(s.Builder.Mul(s.DY, s.Builder.Node("Sin", [s.In(0)])))]);

    protected override Kernel Compile<T>(KernelSpec spec) =>
        Elementwise.Unary<T, T>(spec.In(0), spec.Out(), TensorPrimitives.Cos);
}
