using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X where X &gt; α, 0 elsewhere.</summary>
internal sealed class ThresholdedRelu : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(10, TypeSet.Floats, AttributeSchema.Float("alpha")) with { From = 1 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        Value alpha = g.Scalar(s.Attributes.Float("alpha", 1), type);
        return [g.Where(g.Greater(s.In(0), alpha), s.DY, g.Scalar(0, type))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) =>
        VectorMap.Kernel<T, Curve<T>>(spec, new(T.CreateTruncating(spec.Attributes.Float("alpha", 1))));

    private readonly struct Curve<T>(T alpha) : IVectorFunction<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<T> Of(Vector512<T> x) => Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512.Create(alpha)), x, Vector512<T>.Zero);
    }
}
