using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The sum over axes; 0 over none.</summary>
internal sealed class ReduceSum : Reduce
{
    public override OpSchema Schema { get; } = SchemaOf(13, WideNumbers);

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.ExpandLike(KeepDims(s, s.DY), s.In(0)), null]);

    protected override Kernel Compile<T>(KernelSpec spec, bool[] reduced) => Reduction.Make<T, Reduction.Sum<T>>(spec, reduced, null);
}
