using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X·min(max(X/6 + 1/2, 0), 1).</summary>
internal sealed class HardSwish : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(14, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        Value three = g.Scalar(3, type);
        Value slope = g.Add(g.Mul(s.In(0), 1.0 / 3), g.Scalar(0.5, type));
        Value above = g.Where(g.Greater(s.In(0), three), s.DY, g.Mul(s.DY, slope));
        return [g.Where(g.Greater(g.Neg(three), s.In(0)), g.Scalar(0, type), above)];
    });

    protected override Kernel Compile<T>(KernelSpec spec) =>
        VectorMap.Kernel<T, Curve<T>>(spec, new(T.CreateTruncating(6), T.One / T.CreateTruncating(2)));

    private readonly struct Curve<T>(T six, T half) : IVectorFunction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<T> Of(Vector512<T> x) =>
            x * Vector512.Max(Vector512<T>.Zero, Vector512.Min(Vector512<T>.One, (x / six) + Vector512.Create(half)));
    }
}
