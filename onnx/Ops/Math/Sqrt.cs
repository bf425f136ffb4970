using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = √X.</summary>
internal sealed class Sqrt : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(13, TypeSet.Floats) with { From = 6 };

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Div(s.Builder.Mul(s.DY, 0.5), s.Out())]);

    protected override Kernel Compile<T>(KernelSpec spec) =>
        Elementwise.Unary<T, T>(spec.In(0), spec.Out(), TensorPrimitives.Sqrt);
}
