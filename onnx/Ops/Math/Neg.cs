using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = -X.</summary>
internal sealed class Neg : NumberUnary
{
    public override OpSchema Schema { get; } = SchemaOf(13, 6);

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Neg(s.DY)]);

    protected override Kernel CompileNumber<T>(KernelSpec spec) => Elementwise.Unary<T, T>(spec.In(0), spec.Out(), TensorPrimitives.Negate);
}
