using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = X·tanh(ln(1 + eˣ)).</summary>
internal sealed class Mish : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(18, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value one = g.Scalar(1, s.DY.Type.Type);
        Value t = g.Node("Tanh", [g.Node("Softplus", [s.In(0)])]);
        Value rise = g.Mul(g.Sub(one, g.Mul(t, t)), g.Node("Sigmoid", [s.In(0)]));
        return [g.Mul(s.DY, g.Add(t, g.Mul(s.In(0), rise)))];
    });

    protected override Kernel Compile<T>(KernelSpec spec) => Elementwise.Unary<T, T>(spec.In(0), spec.Out(), static (x, y) =>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] * T.Tanh(T.Max(x[i], T.Zero) + T.LogP1(T.Exp(-T.Abs(x[i]))));
        }
    });
}
