using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = -1, 0 or 1 by the sign of X; NaN stays NaN.</summary>
internal sealed class Sign : NumberUnary
{
    public override OpSchema Schema { get; } = SchemaOf(13, 9);

    public override Gradient Gradient => Gradient.Zero;

    protected override Kernel CompileNumber<T>(KernelSpec spec) => Elementwise.Unary<T, T>(spec.In(0), spec.Out(), static (x, y) =>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] > T.Zero ? T.One : x[i] < T.Zero ? T.Zero - T.One : x[i];
        }
    });
}
