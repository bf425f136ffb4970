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

    protected override Kernel Compile<T>(KernelSpec spec)
    {
        T alpha = T.CreateTruncating(spec.Attributes.Float("alpha", 1));
        return Elementwise.Unary<T, T>(spec.In(0), spec.Out(), (x, y) =>
        {
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = x[i] > alpha ? x[i] : T.Zero;
            }
        });
    }
}
