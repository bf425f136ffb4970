using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X / (1 + |X|).</summary>
internal sealed class Softsign : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(1, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value below = g.Add(g.Scalar(1, s.DY.Type.Type), g.Node("Abs", [s.In(0)]));
        return [g.Div(s.DY, g.Mul(below, below))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) => VectorMap.Kernel<T, Curve<T>>(spec, default);

    private readonly struct Curve<T> : IVectorFunction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<T> Of(Vector512<T> x) => x / (Vector512<T>.One + Vector512.Abs(x));
    }
}
