using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Gated recurrent unit: H = (1 - z)·n + z·H, with n = g(X·W + r·(H·R + b) + b), or g(X·W + (r·H)·R + b) where linear_before_reset is 0; gates in the order z, r, n.</summary>
/// <remarks>Its gradient is known for the default activations, without clip.</remarks>
/// <seealso href="https://onnx.ai/onnx/operators/onnx__GRU.html">ONNX GRU</seealso>
internal sealed class GRU() : Recurrent(3, ["Sigmoid", "Tanh"], "linear_before_reset")
{
    public override Kernel Make<T>(KernelSpec spec, RecurrentLayout layout, bool saves) => new GruForward<T>(spec, layout, saves).ToKernel();
}
