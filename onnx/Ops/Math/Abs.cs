using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = |X|.</summary>
/// <remarks>The gradient at 0 is 0. The smallest integer stays itself.</remarks>
internal sealed class Abs : NumberUnary
{
    public override OpSchema Schema { get; } = SchemaOf(13, 6);

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Mul(s.DY, s.Builder.Node("Sign", [s.In(0)]))]);

    protected override Kernel CompileNumber<T>(KernelSpec spec) => Elementwise.Unary<T, T>(spec.In(0), spec.Out(), static (x, y) =>
    {
        if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
        {
            TensorPrimitives.Abs(x, y);
            return;
        }

        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] < T.Zero ? unchecked(T.Zero - x[i]) : x[i];
        }
    });
}
