using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = arctan X.</summary>
internal sealed class Atan : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(7, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        return [g.Div(s.DY, g.Add(g.Scalar(1, s.DY.Type.Type), g.Mul(s.In(0), s.In(0))))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) =>
        Elementwise.Unary<T, T>(spec.In(0), spec.Out(), TensorPrimitives.Atan);
}
