using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The smallest element over axes; NaN wins.</summary>
internal sealed class ReduceMin : ReduceExtremum
{
    protected override Kernel Compile<T>(KernelSpec spec, bool[] reduced) => Reduction.Make<T, Reduction.Smallest<T>>(spec, reduced, null);
}
