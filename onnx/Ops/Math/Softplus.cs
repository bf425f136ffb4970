using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = ln(1 + eˣ), without overflow.</summary>
internal sealed class Softplus : Unary
{
    public override OpSchema Schema { get; } = SchemaOf(1, TypeSet.Floats);

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Mul(s.DY, s.Builder.Node("Sigmoid", [s.In(0)]))]);

    protected override Kernel Compile<T>(KernelSpec spec) => Elementwise.Unary<T, T>(spec.In(0), spec.Out(), static (x, y) =>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = T.Max(x[i], T.Zero) + T.LogP1(T.Exp(-T.Abs(x[i])));
        }
    });
}
