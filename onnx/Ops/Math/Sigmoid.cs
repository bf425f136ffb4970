using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = 1 / (1 + e⁻ˣ).</summary>
internal sealed class Sigmoid : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(13, TypeSet.Floats) with { From = 6 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        return [g.Mul(s.DY, g.Mul(s.Out(), g.Sub(g.Scalar(1, s.DY.Type.Type), s.Out())))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) =>
        Elementwise.Unary<T, T>(spec.In(0), spec.Out(), TensorPrimitives.Sigmoid);
}
