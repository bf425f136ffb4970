using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The product over axes; 1 over none.</summary>
internal sealed class ReduceProd : Reduce
{
    public override OpSchema Schema { get; } = SchemaOf(18, WideNumbers);

    public override Gradient Gradient => Gradient.Forbidden("its gradient divides by elements that may be 0; use Exp of a sum of Log");

    protected override Kernel Compile<T>(KernelSpec spec, bool[] reduced) => Reduction.Make<T, Reduction.Product<T>>(spec, reduced, null);
}
