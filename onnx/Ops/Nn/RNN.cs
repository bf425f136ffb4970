using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The plain recurrent network: H = f(X·W + H·R + b).</summary>
/// <remarks>Its gradient is known for Tanh and Relu, without clip.</remarks>
/// <seealso href="https://onnx.ai/onnx/operators/onnx__RNN.html">ONNX RNN</seealso>
internal sealed class RNN() : Recurrent(1, ["Tanh"], null)
{
    public override Kernel Make<T>(KernelSpec spec, RecurrentLayout layout, bool saves) => new RnnForward<T>(spec, layout, saves).ToKernel();
}
