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

    protected override Kernel Compile<T>(KernelSpec spec)
    {
        T alpha = T.CreateTruncating(spec.Attributes.Float("alpha", 0.01f));
        return Elementwise.Unary<T, T>(spec.In(0), spec.Out(), (x, y) =>
        {
            int i = 0;
            for (; i <= x.Length - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> v = Vector512.Create(x[i..]);
                Vector512.ConditionalSelect(Vector512.GreaterThan(v, Vector512<T>.Zero), v, v * alpha).CopyTo(y[i..]);
            }

            for (; i < x.Length; i++)
            {
                y[i] = x[i] > T.Zero ? x[i] : x[i] * alpha;
            }
        });
    }
}
