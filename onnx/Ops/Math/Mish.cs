using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X·tanh(ln(1 + eˣ)).</summary>
internal sealed class Mish : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(18, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value one = g.Scalar(1, s.DY.Type.Type);
        Value t = g.Node("Tanh", [g.Node("Softplus", [s.In(0)])]);
        Value rise = g.Mul(g.Sub(one, g.Mul(t, t)), g.Node("Sigmoid", [s.In(0)]));
        return [g.Mul(s.DY, g.Add(t, g.Mul(s.In(0), rise)))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) => VectorMap.InDouble<T, Curve>(spec, default);

    // tanh(ln(1 + eˣ)) = ((1 + eˣ)² - 1) / ((1 + eˣ)² + 1): by e = e^(-|x|), (2 + e)·e / ((2 + e)·e + 2) below zero and (1 + 2e) / (1 + 2e + 2e²) above.
    private readonly struct Curve : IVectorFunction<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<double> Of(Vector512<double> x)
        {
            Vector512<double> e = Vector512.Exp(-Vector512.Abs(x));
            Vector512<double> isBelow = Vector512.LessThan(x, Vector512<double>.Zero);
            Vector512<double> over = Vector512.ConditionalSelect(isBelow, e * (e + Vector512.Create(2.0)), Vector512<double>.One + e + e);
            Vector512<double> more = Vector512.ConditionalSelect(isBelow, Vector512.Create(2.0), 2.0 * e * e);
            return x * (over / (over + more));
        }
    }
}
