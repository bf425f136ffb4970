using Anneal.Onnx;
using Anneal.Onnx.Tensors;
using Anneal.Pipeline.Config.Options;
using Anneal.Serving;
using Anneal.Trainer.Execution;

namespace Anneal.Pipeline.Stages;

/// <summary>The engines that a training can run on.</summary>
internal static class Engines
{
    /// <summary>Our own compiled plan, on the CPU.</summary>
    public const string Simd = "simd";

    /// <summary>ONNX Runtime on the CPU.</summary>
    public const string OrtCpu = "ort-cpu";

    /// <summary>ONNX Runtime on CUDA.</summary>
    public const string OrtCuda = "ort-cuda";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [Simd, OrtCpu, OrtCuda];

    /// <summary>The engine that a pipeline's options choose here.</summary>
    /// <param name="train">The options.</param>
    /// <returns>Its name, and why it is not CUDA where CUDA would have been taken; null otherwise.</returns>
    /// <exception cref="AnnealException">The engine does not run on the device, or the device cannot be used.</exception>
    public static (string Name, string? Missing) Choose(TrainOptions train)
    {
        if (train.Engine == EngineKind.Simd)
        {
            return train.Device == DeviceKind.Cuda
                ? throw AnnealException.BadUsage("the SIMD engine runs on the CPU, not on CUDA", "add --engine ort, or leave --device out")
                : (Simd, null);
        }

        string? missing = Missing(train);
        if (train.Device == DeviceKind.Cuda && missing is not null)
        {
            throw AnnealException.BadData(missing);
        }

        if (train.Capture == CaptureKind.On && missing is not null)
        {
            throw AnnealException.BadData($"'train.capture: on' needs CUDA: {missing}");
        }

        return (NameOf(train, missing), missing);
    }

    /// <summary>The engine that would be chosen, without the error of a device that cannot be used.</summary>
    /// <param name="train">The options.</param>
    /// <returns>Its name.</returns>
    public static string Expected(TrainOptions train) => train.Engine == EngineKind.Simd ? Simd : NameOf(train, Missing(train));

    /// <summary>Makes an engine.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="threads">Its threads on the CPU.</param>
    /// <param name="train">How ONNX Runtime is to run steps: fallback, precision, capture; null for the defaults.</param>
    /// <returns>The engine; the caller disposes it where it is disposable.</returns>
    /// <exception cref="AnnealException">There is no such engine.</exception>
    public static IGraphRunner Make(string name, int threads, TrainOptions? train = null) => name switch
    {
        Simd => new SimdRunner(threads),
        OrtCpu => new OrtStepRunner(OptionsOf(train ?? new TrainOptions(), threads) with { AllowFallback = false }),
        OrtCuda => new OrtStepRunner(OptionsOf(train ?? new TrainOptions(), threads) with { Device = OrtDevice.Cuda }),
        _ => throw AnnealException.BadUsage($"there is no engine '{name}'", $"the engines are {string.Join(", ", Names)}"),
    };

    private static string? Missing(TrainOptions train) => train.Device == DeviceKind.Cpu ? null : OrtInfo.Problem(OrtDevice.Cuda);

    private static string NameOf(TrainOptions train, string? missing) => train.Device == DeviceKind.Cpu || missing is not null ? OrtCpu : OrtCuda;

    private static OrtOptions OptionsOf(TrainOptions train, int threads) => new()
    {
        Threads = threads,
        AllowFallback = train.AllowFallback,
        Precision = TypeOf(train.Precision),
        Capture = ModeOf(train.Capture),
    };

    /// <summary>How ONNX Runtime is told whether to capture.</summary>
    public static CaptureMode ModeOf(CaptureKind capture) => Enum.Parse<CaptureMode>(capture.ToString());

    /// <summary>The element type of a precision.</summary>
    public static DType TypeOf(PrecisionKind precision) => precision switch
    {
        PrecisionKind.Bf16 => DType.BFloat16,
        PrecisionKind.Fp16 => DType.Float16,
        _ => DType.Float,
    };

    /// <summary>Says how a step is placed.</summary>
    public static string Describe(OrtPlacement placement)
    {
        string nodes = string.Join(", ", placement.Nodes.Select(n => FormattableString.Invariant($"{n.Value} nodes on {n.Key}")));
        string fallback = placement.Fallback.Count == 0 ? "none fell back" : FormattableString.Invariant($"{placement.Fallback.Count} fell back to the CPU: {string.Join(", ", placement.Fallback.Take(3))}");
        string buffers = placement.TwoBuffers == 0 ? "" : FormattableString.Invariant($", {placement.TwoBuffers} in two buffers");
        string precision = placement.Precision == DType.Float.Name() ? "" : $"mixed {placement.Precision}, ";
        return precision + FormattableString.Invariant($"{nodes}, {fallback}, {placement.Memcpy} copies between devices, {placement.InPlace} states replaced in place{buffers}, ")
            + (placement.Captured ? "captured" : $"not captured: {placement.NotCaptured}");
    }
}
