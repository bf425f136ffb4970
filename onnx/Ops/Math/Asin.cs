using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = arcsin X.</summary>
internal sealed class Asin : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(7, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value square = g.Sub(g.Scalar(1, s.DY.Type.Type), g.Mul(s.In(0), s.In(0)));
        return [g.Div(s.DY, g.Node("Sqrt", [square]))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) =>
        Elementwise.Unary<T, T>(spec.In(0), spec.Out(), TensorPrimitives.Asin);
}
