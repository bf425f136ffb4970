using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = tan X.</summary>
internal sealed class Tan : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(7, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        return [g.Mul(s.DY, g.Add(g.Scalar(1, s.DY.Type.Type), g.Mul(s.Out(), s.Out())))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) =>
        Elementwise.Unary<T, T>(spec.In(0), spec.Out(), TensorPrimitives.Tan);
}
