using Anneal.Onnx.Ir.Format;
using Anneal.Onnx.Tensors;
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

    /// <summary>What a training step computes products and activations in: float, float16 or bfloat16. Weights, the optimizer and evaluation stay float.</summary>
    public DType Precision { get; init; } = DType.Float;

    /// <summary>On CUDA: whether nodes without a CUDA kernel may run on the CPU; otherwise they are an error.</summary>
    public bool AllowFallback { get; init; }

    /// <summary>Whether a training step is replayed as a captured graph of the device.</summary>
    public CaptureMode Capture { get; init; }

    /// <summary>Whether steps run as if the device captured them, on a device that does not: from the same places, after the same trial.</summary>
    internal bool RehearsesCapture { get; init; }

    /// <summary>Whether evaluations are judged by where their nodes ran as if they had been for CUDA, on a machine without it.</summary>
    internal bool RehearsesFallback { get; init; }

    /// <summary>Whether the session may capture what it runs.</summary>
    internal bool Captures { get; init; }

    /// <summary>Whether ONNX Runtime keeps what it has to say about failures to itself: they are asked for.</summary>
    internal bool Quiet { get; init; }

    /// <summary>Where ONNX Runtime writes the graph that it really runs; null for nowhere.</summary>
    internal string? OptimizedPath { get; init; }

    /// <summary>The beginning of the name of the file to which it writes what each node took, until profiling is ended; null for none.</summary>
    internal string? ProfilePrefix { get; init; }
}
