using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = max(X, 0).</summary>
/// <remarks>The gradient at 0 is 0. NaN stays NaN.</remarks>
internal sealed class Relu : NumberUnary
{
    public override OpSchema Schema { get; } = SchemaOf(14, 6) with
    {
        Types = [("T", TypeSet.Of(DType.Float, DType.Double, DType.Int8, DType.Int16, DType.Int32, DType.Int64))],
    };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value zero = g.Scalar(0, s.DY.Type.Type);
        return [g.Where(g.Greater(s.Out(), zero), s.DY, zero)];
    });

    protected override Kernel CompileNumber<T>(KernelSpec spec) =>
        Elementwise.Unary<T, T>(spec.In(0), spec.Out(), static (x, y) => TensorPrimitives.Max(x, T.Zero, y));
}
