using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X + bias where X &lt; -λ, X - bias where X &gt; λ, 0 between.</summary>
internal sealed class Shrink : NumberUnary
{
    public override OpSchema Schema { get; } = SchemaOf(9, 9) with { Attributes = [AttributeSchema.Float("bias"), AttributeSchema.Float("lambd")] };

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        Value isOutside = g.Greater(g.Node("Abs", [s.In(0)]), g.Scalar(s.Attributes.Float("lambd", 0.5f), type));
        return [g.Where(isOutside, s.DY, g.Scalar(0, type))];
    });

    protected override Kernel CompileNumber<T>(KernelSpec spec)
    {
        float bias = spec.Attributes.Float("bias", 0);
        float limit = spec.Attributes.Float("lambd", 0.5f);
        T add = T.CreateTruncating(bias);
        return Elementwise.Unary<T, T>(spec.In(0), spec.Out(), (x, y) =>
        {
            for (int i = 0; i < x.Length; i++)
            {
                double value = double.CreateTruncating(x[i]);
                y[i] = value < -limit ? x[i] + add : value > limit ? x[i] - add : T.Zero;
            }
        });
    }
}
