using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X / (1 + |X|).</summary>
internal sealed class Softsign : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(1, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value below = g.Add(g.Scalar(1, s.DY.Type.Type), g.Node("Abs", [s.In(0)]));
        return [g.Div(s.DY, g.Mul(below, below))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) => Elementwise.Unary<T, T>(spec.In(0), spec.Out(), static (x, y) =>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] / (T.One + T.Abs(x[i]));
        }
    });
}
