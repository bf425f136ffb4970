using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = tanh X.</summary>
internal sealed class Tanh : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(13, TypeSet.Floats) with { From = 6 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        return [g.Mul(s.DY, g.Sub(g.Scalar(1, s.DY.Type.Type), g.Mul(s.Out(), s.Out())))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) => VectorMap.InDouble<T, Curve>(spec, default);

    // (e - 1) / (e + 1) of e = exp(2|x|), exact to the last places also where x is small.
    private readonly struct Curve : IVectorFunction<double>
    {
        // Beyond it the answer is 1 in double.
        private const double Flat = 20;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<double> Of(Vector512<double> x)
        {
            Vector512<double> grown = VectorMath.ExpM1(2 * Vector512.Min(Vector512.Abs(x), Vector512.Create(Flat)));
            return Vector512.CopySign(grown / (grown + Vector512.Create(2.0)), x);
        }
    }
}
