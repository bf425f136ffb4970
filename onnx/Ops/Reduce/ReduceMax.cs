using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The largest element over axes; NaN wins.</summary>
internal sealed class ReduceMax : ReduceExtremum
{
    protected override Kernel Compile<T>(KernelSpec spec, bool[] reduced) => Reduction.Make<T, Reduction.Largest<T>>(spec, reduced, null);
}
