using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = ln(Σ X) over axes.</summary>
internal sealed class ReduceLogSum : Reduce
{
    public override OpSchema Schema { get; } = SchemaOf(18, WideNumbers);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        return [g.ExpandLike(KeepDims(s, g.Mul(s.DY, g.Exp(g.Neg(s.Out())))), s.In(0)), null];
    });

    protected override Kernel Compile<T>(KernelSpec spec, bool[] reduced) => Reduction.Make<T, Reduction.Sum<T>>(spec, reduced, static sums =>
    {
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = T.CreateTruncating(Math.Log(double.CreateTruncating(sums[i])));
        }
    });
}
