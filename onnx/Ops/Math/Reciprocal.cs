using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = 1 / X.</summary>
internal sealed class Reciprocal : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(13, TypeSet.Floats) with { From = 6 };

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Neg(s.Builder.Mul(s.DY, s.Builder.Mul(s.Out(), s.Out())))]);

    protected override Kernel Compile<T>(KernelSpec spec) =>
        Elementwise.Unary<T, T>(spec.In(0), spec.Out(), static (x, y) => TensorPrimitives.Divide(T.One, x, y));
}
