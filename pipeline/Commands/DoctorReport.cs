using Anneal.Serving.Probing;

namespace Anneal.Pipeline.Commands;

/// <summary>What <c>doctor --json</c> prints.</summary>
/// <param name="Usable">Whether training, export and validation on the CPU work here.</param>
/// <param name="Version">The version of anneal.</param>
/// <param name="Missing">What is missing, each with how to get it.</param>
internal sealed record DoctorReport(
    bool Usable,
    string Version,
    string Dotnet,
    string Os,
    DoctorReport.CpuFacts Cpu,
    long MemoryMb,
    DoctorReport.OnnxRuntimeFacts OnnxRuntime,
    DoctorReport.CudaFacts Cuda,
    string? MnistFolder,
    IReadOnlyList<string> Missing)
{
    /// <summary>What the providers of ONNX Runtime run; null where they were not probed.</summary>
    public IReadOnlyList<ProviderKernels>? Kernels { get; init; }

    /// <param name="VectorBits">Width of the kernels' registers.</param>
    /// <param name="Threads">Threads that are used when none are asked for.</param>
    internal sealed record CpuFacts(string Model, string Architecture, IReadOnlyList<string> Features, int VectorBits, int Cores, int Threads);

    /// <param name="Version">Null when the library does not load.</param>
    /// <param name="Telemetry">Whether it may send usage data; off is the rule.</param>
    internal sealed record OnnxRuntimeFacts(string? Version, IReadOnlyList<string> Providers, bool Telemetry);

    /// <param name="Provider">The provider, such as <c>ort-cpu</c>.</param>
    /// <param name="Version">ONNX Runtime's version.</param>
    /// <param name="WasKept">Whether the answers are those of an earlier probe.</param>
    internal sealed record ProviderKernels(string Provider, string Version, bool WasKept, IReadOnlyList<KernelAnswer> Answers);

    /// <param name="Usable">Whether a session can be given to the device.</param>
    /// <param name="Found">The libraries that load.</param>
    /// <param name="Absent">The libraries that do not.</param>
    internal sealed record CudaFacts(bool Usable, IReadOnlyList<string> Found, IReadOnlyList<string> Absent);
}
