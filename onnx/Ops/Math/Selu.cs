using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = γ·X where X &gt; 0, γ·α·(eˣ - 1) elsewhere.</summary>
internal sealed class Selu : Unary
{
    private const float DefaultAlpha = 1.67326319217681884765625f;
    private const float DefaultGamma = 1.05070102214813232421875f;

    public override OpSchema Schema { get; } = SchemaOf(6, TypeSet.Floats, AttributeSchema.Float("alpha"), AttributeSchema.Float("gamma")) with { From = 1 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        float gamma = s.Attributes.Float("gamma", DefaultGamma);
        Value shift = g.Scalar((double)gamma * s.Attributes.Float("alpha", DefaultAlpha), type);
        return [g.Where(g.Greater(s.In(0), g.Scalar(0, type)), g.Mul(s.DY, gamma), g.Mul(s.DY, g.Add(s.Out(), shift)))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) =>
        VectorMap.InDouble<T, Curve>(spec, new(spec.Attributes.Float("alpha", DefaultAlpha), spec.Attributes.Float("gamma", DefaultGamma)));

    private readonly struct Curve(double alpha, double gamma) : IVectorFunction<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<double> Of(Vector512<double> x) =>
            gamma * Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<double>.Zero), x, alpha * VectorMath.ExpM1(x));
    }
}
