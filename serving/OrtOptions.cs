using Anneal.Onnx.Ir.Format;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>How ONNX Runtime is to run a model.</summary>
public sealed record OrtOptions
{
    /// <summary>The device.</summary>
    public OrtDevice Device { get; init; }

    /// <summary>How large and deep a file that is opened may be; null for the default.</summary>
    public ModelLimits? Limits { get; init; }

    /// <summary>Threads within an operator; 0 for one per core.</summary>
    public int Threads { get; init; }

    /// <summary>How far ONNX Runtime rewrites the graph.</summary>
    public GraphOptimizationLevel Optimization { get; init; } = GraphOptimizationLevel.ORT_ENABLE_ALL;

    /// <summary>On CUDA: full float precision (no TF32) and convolution algorithms chosen without timing them.</summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>On CUDA: whether nodes without a CUDA kernel may run on the CPU; otherwise they are an error.</summary>
    public bool AllowFallback { get; init; }
}
