namespace Anneal.Onnx.Kernels;

/// <summary>Functions a product applies to its result.</summary>
public enum GemmActivation
{
    /// <summary>The value itself.</summary>
    None,

    /// <summary>Zero where the value is below zero; NaN stays NaN.</summary>
    Relu,
}
