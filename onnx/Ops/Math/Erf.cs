using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = 2/√π · ∫₀ˣ e^(-t²) dt.</summary>
/// <remarks>Computed in double, to a few units in the last place.</remarks>
internal sealed class Erf : Unary
{
    private const double TwoOverRootPi = 1.1283791670955126;

    public override OpSchema Schema { get; } = SchemaOf(13, TypeSet.Floats) with { From = 9 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        return [g.Mul(s.DY, g.Mul(g.Exp(g.Neg(g.Mul(s.In(0), s.In(0)))), TwoOverRootPi))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) => VectorMap.InDouble<T, Curve>(spec, default);

    private readonly struct Curve : IVectorFunction<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<double> Of(Vector512<double> x) => VectorMath.Erf(x);
    }
}
