using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = tanh X.</summary>
internal sealed class Tanh : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(13, TypeSet.Floats) with { From = 6 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        return [g.Mul(s.DY, g.Sub(g.Scalar(1, s.DY.Type.Type), g.Mul(s.Out(), s.Out())))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) =>
        Elementwise.Unary<T, T>(spec.In(0), spec.Out(), TensorPrimitives.Tanh);
}
