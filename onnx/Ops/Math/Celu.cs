using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = max(X, 0) + min(0, α·(e^(X/α) - 1)).</summary>
internal sealed class Celu : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(12, TypeSet.Floats, AttributeSchema.Float("alpha"));

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        float alpha = s.Attributes.Float("alpha", 1);
        Value slope = g.Add(g.Mul(s.Out(), 1.0 / alpha), g.Scalar(1, type));
        return [g.Where(g.Greater(s.In(0), g.Scalar(0, type)), s.DY, g.Mul(s.DY, slope))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) => VectorMap.InDouble<T, Curve>(spec, new(spec.Attributes.Float("alpha", 1)));

    private readonly struct Curve(double alpha) : IVectorFunction<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<double> Of(Vector512<double> x) =>
            Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<double>.Zero), x, alpha * VectorMath.ExpM1(x / Vector512.Create(alpha)));
    }
}
