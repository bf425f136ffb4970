namespace Anneal.Serving;

/// <summary>Where ONNX Runtime computes.</summary>
public enum OrtDevice
{
    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>The first CUDA device.</summary>
    Cuda,
}
