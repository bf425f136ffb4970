using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = max(X, 0).</summary>
/// <remarks>The gradient at 0 is 0. NaN stays NaN.</remarks>
public sealed class Relu : Unary
{
    /// <inheritdoc/>
    public override OpSchema Schema { get; } = SchemaOf(14, TypeSet.Floats) with { From = 6 };

    /// <inheritdoc/>
    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value zero = g.Scalar(0, s.DY.Type.Type);
        return [g.Where(g.Greater(s.Out(), zero), s.DY, zero)];
    });

    /// <inheritdoc/>
    protected override Kernel Compile<T>(KernelSpec spec) =>
        Elementwise.Unary<T, T>(spec.In(0), spec.Out(), static (x, y) => TensorPrimitives.Max(x, T.Zero, y));
}
