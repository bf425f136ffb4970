using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The larger of BatchNormTrain's Y and zero, in one pass.</summary>
internal sealed class BatchNormTrainRelu : BatchNormTrain
{
    public override Gradient Gradient => Gradient.Forbidden("it is made after differentiation: differentiate the BatchNormTrain and Relu it stands for");

    public override Function Body => MakeBody(isRelu: true);

    public override Kernel Compile(KernelSpec spec) => Compile(spec, isRelu: true);
}
