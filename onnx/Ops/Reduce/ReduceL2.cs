using System.Numerics;
using System.Numerics.Tensors;
using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = √(Σ X²) over axes.</summary>
/// <remarks>The gradient where Y is 0 is 0.</remarks>
internal sealed class ReduceL2 : MappedReduce
{
    public override OpSchema Schema { get; } = SchemaOf(18, WideNumbers);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value zero = g.Scalar(0, s.DY.Type.Type);
        Value y = KeepDims(s, s.Out());
        Value isZero = g.Equal(y, zero);
        Value share = g.Div(KeepDims(s, s.DY), g.Where(isZero, g.Scalar(1, s.DY.Type.Type), y));
        return [g.Mul(g.Where(isZero, zero, share), s.In(0)), null];
    });

    protected override Kernel Compile<T>(KernelSpec spec, bool[] reduced) => Make<T>(spec, reduced, Square, static sums =>
    {
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = T.CreateTruncating(Math.Sqrt(double.CreateTruncating(sums[i])));
        }
    });

    internal static void Square<T>(ReadOnlySpan<T> x, Span<T> y)
        where T : INumber<T> => TensorPrimitives.Multiply(x, x, y);
}
