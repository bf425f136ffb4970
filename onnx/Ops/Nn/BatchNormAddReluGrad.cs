namespace Anneal.Onnx.Ops;

/// <summary>The gradients of BatchNormTrainAddRelu: those of the normalisation, with dY only where the Relu's output Y is above zero, and dS, which is that.</summary>
internal sealed class BatchNormAddReluGrad() : BatchNormGrad(["dY", "X", "scale", "mean", "invstd", "Y"], "dS")
{
    // X is read before dX is written: its place in the cache is paid for.
    public override IReadOnlyList<(int Output, int Input)> InPlace => [(0, 1), (3, 0)];
}
