using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = ln X.</summary>
internal sealed class Log : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(13, TypeSet.Floats) with { From = 6 };

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Div(s.DY, s.In(0))]);

    protected override Kernel Compile<T>(KernelSpec spec) =>
        Elementwise.Unary<T, T>(spec.In(0), spec.Out(), TensorPrimitives.Log);
}
