using Anneal.Onnx.Ir;
using Anneal.Onnx.Kernels;

namespace Anneal.Onnx.Ops;

/// <summary>The larger of zero and the sum of BatchNormTrain's Y and another branch S, in one pass.</summary>
internal sealed class BatchNormTrainAddRelu() : BatchNormTrain("S")
{
    public override Gradient Gradient => Gradient.Forbidden("it is made after differentiation: differentiate the BatchNormTrain, Add and Relu it stands for");

    public override IReadOnlyList<(int Output, int Input)> InPlace => [.. base.InPlace, (0, 5)];

    public override Function Body => MakeBody(isRelu: true);

    public override TensorType[] Infer(InferenceScope scope)
    {
        bool fits = scope.Shape(0) is not { IsStatic: true } x || scope.Shape(5) is not { IsStatic: true } s || x == s;
        return fits ? base.Infer(scope) : throw scope.Error($"S of shape {scope.Shape(5)} is not of the shape {scope.Shape(0)} of X");
    }

    public override Kernel Compile(KernelSpec spec) => Compile(spec, isRelu: true);
}
