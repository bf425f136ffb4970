using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The product over axes; 1 over none.</summary>
internal sealed class ReduceProd : Reduce
{
    public override OpSchema Schema { get; } = SchemaOf(18, WideNumbers);

    public override Gradient Gradient => Gradient.Of(s =>
    {
        GraphBuilder g = s.Builder;
        Value zeros = Reduced(nameof(ReduceSum), ProductRule.Zeros(g, s.In(0)));
        Value product = Reduced(nameof(ReduceProd), ProductRule.WithoutZeros(g, s.In(0)));
        return [g.Mul(KeepDims(s, s.DY), ProductRule.Others(g, s.In(0), zeros, product)), null];

        Value Reduced(string op, Value x) => KeepDims(s, g.Node(op, s.Has(1) ? [x, s.In(1)] : [x], s.Attributes));
    });

    protected override Kernel Compile<T>(KernelSpec spec, bool[] reduced) => Reduction.Make<T, Reduction.Product<T>>(spec, reduced, null);
}
