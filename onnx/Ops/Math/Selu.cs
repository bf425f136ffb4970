using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = γ·X where X &gt; 0, γ·α·(eˣ - 1) elsewhere.</summary>
internal sealed class Selu : Unary
{
    private const float DefaultAlpha = 1.67326319217681884765625f;
    private const float DefaultGamma = 1.05070102214813232421875f;

    public override OpSchema Schema { get; } = SchemaOf(6, TypeSet.Floats, AttributeSchema.Float("alpha"), AttributeSchema.Float("gamma")) with { From = 1 };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        float gamma = s.Attributes.Float("gamma", DefaultGamma);
        Value shift = g.Scalar((double)gamma * s.Attributes.Float("alpha", DefaultAlpha), type);
        return [g.Where(g.Greater(s.In(0), g.Scalar(0, type)), g.Mul(s.DY, gamma), g.Mul(s.DY, g.Add(s.Out(), shift)))];
    });

    protected override Kernel Compile<T>(KernelSpec spec)
    {
        T alpha = T.CreateTruncating(spec.Attributes.Float("alpha", DefaultAlpha));
        T gamma = T.CreateTruncating(spec.Attributes.Float("gamma", DefaultGamma));
        return Elementwise.Unary<T, T>(spec.In(0), spec.Out(), (x, y) =>
        {
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = gamma * (x[i] > T.Zero ? x[i] : alpha * T.ExpM1(x[i]));
            }
        });
    }
}
