using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X where X &gt; 0, α·X elsewhere.</summary>
/// <remarks>The gradient at 0 is α.</remarks>
internal sealed class LeakyRelu : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(16, TypeSet.Floats, AttributeSchema.Float("alpha")) with { From = 6 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value zero = g.Scalar(0, s.DY.Type.Type);
        return [g.Where(g.Greater(s.In(0), zero), s.DY, g.Mul(s.DY, s.Attributes.Float("alpha", 0.01f)))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) =>
        VectorMap.Kernel<T, Curve<T>>(spec, new(T.CreateTruncating(spec.Attributes.Float("alpha", 0.01f))));

    private readonly struct Curve<T>(T alpha) : IVectorFunction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<T> Of(Vector512<T> x) => Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<T>.Zero), x, x * alpha);
    }
}
