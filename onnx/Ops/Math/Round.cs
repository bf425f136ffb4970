using System.Numerics.Tensors;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X rounded to the nearest integer, halves to the even one.</summary>
internal sealed class Round : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(11, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Zero;

    protected override Kernel Compile<T>(KernelSpec spec) =>
        Elementwise.Unary<T, T>(spec.In(0), spec.Out(), static (x, y) => TensorPrimitives.Round(x, y));
}
