using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = ln(1 + eˣ), without overflow.</summary>
internal sealed class Softplus : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(1, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Mul(s.DY, s.Builder.Node("Sigmoid", [s.In(0)]))]);

    protected override Kernel Compile<T>(KernelSpec spec) => VectorMap.InDouble<T, Curve>(spec, default);

    private readonly struct Curve : IVectorFunction<double>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<double> Of(Vector512<double> x) =>
            Vector512.Max(x, Vector512<double>.Zero) + VectorMath.LogP1(Vector512.Exp(-Vector512.Abs(x)));
    }
}
