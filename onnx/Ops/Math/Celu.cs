using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;
using Anneal.Onnx.Tensors;

namespace Anneal.Onnx.Ops;

/// <summary>Y = max(X, 0) + min(0, α·(e^(X/α) - 1)).</summary>
internal sealed class Celu : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(12, TypeSet.Floats, AttributeSchema.Float("alpha"));

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        DType type = s.DY.Type.Type;
        float alpha = s.Attributes.Float("alpha", 1);
        Value slope = g.Add(g.Mul(s.Out(), 1.0 / alpha), g.Scalar(1, type));
        return [g.Where(g.Greater(s.In(0), g.Scalar(0, type)), s.DY, g.Mul(s.DY, slope))];
    });

    protected override Kernel Compile<T>(KernelSpec spec)
    {
        T alpha = T.CreateTruncating(spec.Attributes.Float("alpha", 1));
        return Elementwise.Unary<T, T>(spec.In(0), spec.Out(), (x, y) =>
        {
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = x[i] > T.Zero ? x[i] : alpha * T.ExpM1(x[i] / alpha);
            }
        });
    }
}
