using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = min(max(α·X + β, 0), 1).</summary>
internal sealed class HardSigmoid : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(6, TypeSet.Floats, AttributeSchema.Float("alpha"), AttributeSchema.Float("beta")) with { From = 1 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        Value zero = g.Scalar(0, type);
        Value isInside = g.Node("And", [g.Greater(s.Out(), zero), g.Greater(g.Scalar(1, type), s.Out())]);
        return [g.Where(isInside, g.Mul(s.DY, s.Attributes.Float("alpha", 0.2f)), zero)];
    });

    protected override Kernel Compile<T>(KernelSpec spec) => VectorMap.Kernel<T, Curve<T>>(
        spec,
        new(T.CreateTruncating(spec.Attributes.Float("alpha", 0.2f)), T.CreateTruncating(spec.Attributes.Float("beta", 0.5f))));

    private readonly struct Curve<T>(T alpha, T beta) : IVectorFunction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<T> Of(Vector512<T> x) =>
            Vector512.Max(Vector512<T>.Zero, Vector512.Min(Vector512<T>.One, (x * alpha) + Vector512.Create(beta)));
    }
}
