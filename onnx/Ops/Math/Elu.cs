using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X where X &gt; 0, α·(eˣ - 1) elsewhere.</summary>
internal sealed class Elu : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(6, TypeSet.Floats, AttributeSchema.Float("alpha"));

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value alpha = g.Scalar(s.Attributes.Float("alpha", 1), s.DY.Type.Type);
        Value zero = g.Scalar(0, s.DY.Type.Type);
        return [g.Where(g.Greater(s.In(0), zero), s.DY, g.Mul(s.DY, g.Add(s.Out(), alpha)))];
    });

    protected override Kernel Compile<T>(KernelSpec spec)
    {
        T alpha = T.CreateTruncating(spec.Attributes.Float("alpha", 1));
        return Elementwise.Unary<T, T>(spec.In(0), spec.Out(), (x, y) =>
        {
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = x[i] > T.Zero ? x[i] : alpha * T.ExpM1(x[i]);
            }
        });
    }
}
