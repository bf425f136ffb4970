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

    protected override Kernel Compile<T>(KernelSpec spec)
    {
        T alpha = T.CreateTruncating(spec.Attributes.Float("alpha", 0.2f));
        T beta = T.CreateTruncating(spec.Attributes.Float("beta", 0.5f));
        return Elementwise.Unary<T, T>(spec.In(0), spec.Out(), (x, y) =>
        {
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = T.Max(T.Zero, T.Min(T.One, (alpha * x[i]) + beta));
            }
        });
    }
}
