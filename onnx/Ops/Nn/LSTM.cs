using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>Long short-term memory: C = f·C + i·c, H = o·h(C), with i, o, f = f(X·W + H·R + P·C + b) and c = g(X·W + H·R + b), gates in the order i, o, f, c.</summary>
/// <remarks>Its gradient is known for the default activations, without clip, input_forget and peepholes.</remarks>
/// <seealso href="https://onnx.ai/onnx/operators/onnx__LSTM.html">ONNX LSTM</seealso>
internal sealed class LSTM() : Recurrent(4, ["Sigmoid", "Tanh", "Tanh"], "input_forget")
{
    public override Kernel Make<T>(KernelSpec spec, RecurrentLayout layout, bool saves) => new LstmForward<T>(spec, layout, saves).ToKernel();
}
