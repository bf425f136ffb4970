using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X where X &gt; 0, α·(eˣ - 1) elsewhere.</summary>
internal sealed class Elu : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(6, TypeSet.Floats, AttributeSchema.Float("alpha"));

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value alpha = g.Scalar(s.Attributes.Float("alpha", 1), s.DY.Type.Type);
        Value zero = g.Scalar(0, s.DY.Type.Type);
        return [g.Where(g.Greater(s.In(0), zero), s.DY, g.Mul(s.DY, g.Add(s.Out(), alpha)))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) => VectorMap.InDouble<T, Curve>(spec, new(spec.Attributes.Float("alpha", 1)));

    private readonly struct Curve(double alpha) : IVectorFunction<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<double> Of(Vector512<double> x) =>
            Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<double>.Zero), x, alpha * VectorMath.ExpM1(x));
    }
}
