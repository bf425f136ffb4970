using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = cosh X.</summary>
internal sealed class Cosh : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(9, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Mul(s.DY, s.Builder.Node("Sinh", [s.In(0)]))]);

    protected override Kernel Compile<T>(KernelSpec spec) =>
        Elementwise.Unary<T, T>(spec.In(0), spec.Out(), TensorPrimitives.Cosh);
}
