using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Y = Σ X² over axes.</summary>
internal sealed class ReduceSumSquare : MappedReduce
{
    public override OpSchema Schema { get; } = SchemaOf(18, WideNumbers);

    public override Gradient Gradient => Gradient.Of(s => [s.Builder.Mul(s.Builder.Mul(KeepDims(s, s.DY), 2), s.In(0)), null]);

    protected override Kernel Compile<T>(KernelSpec spec, bool[] reduced) => Make<T>(spec, reduced, ReduceL2.Square, null);
}
