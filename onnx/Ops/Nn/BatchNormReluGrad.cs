namespace Anneal.Onnx.Ops;

/// <summary>The gradients of BatchNormTrainRelu: those of the normalisation, with dY only where the Relu's output Y is above zero.</summary>
internal sealed class BatchNormReluGrad() : BatchNormGrad(["dY", "X", "scale", "mean", "invstd", "Y"]);
