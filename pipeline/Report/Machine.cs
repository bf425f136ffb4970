using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Anneal.Pipeline.Report;

/// <summary>Facts about the machine and the process.</summary>
internal static class Machine
{
    /// <summary>The threads that an engine uses when none are asked for.</summary>
    public static int DefaultThreads => Environment.ProcessorCount;

    /// <summary>The processor's name.</summary>
    public static string CpuModel
    {
        get
        {
            const string Info = "/proc/cpuinfo";
            string? line = File.Exists(Info)
                ? File.ReadLines(Info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
                : null;
            return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
                ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
                ?? RuntimeInformation.ProcessArchitecture.ToString();
        }
    }

    /// <summary>The instruction sets that .NET may use here.</summary>
    public static IReadOnlyList<string> CpuFeatures
    {
        get
        {
            (string Name, bool IsThere)[] features =
            [
                ("SSE4.2", Sse42.IsSupported),
                ("AVX", Avx.IsSupported),
                ("AVX2", Avx2.IsSupported),
                ("FMA", Fma.IsSupported),
                ("AVX-512F", Avx512F.IsSupported),
                ("AVX-512BW", Avx512BW.IsSupported),
                ("AVX-512DQ", Avx512DQ.IsSupported),
                ("NEON", AdvSimd.IsSupported),
                ("Vector512", Vector512.IsHardwareAccelerated),
                ("Vector256", Vector256.IsHardwareAccelerated),
                ("Vector128", Vector128.IsHardwareAccelerated),
            ];
            return [.. features.Where(f => f.IsThere).Select(f => f.Name)];
        }
    }

    /// <summary>Memory that the process may use, in MB; a container's limit where there is one.</summary>
    public static long MemoryMb => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;

    /// <summary>The largest resident size of this process so far, in MB.</summary>
    public static double PeakResidentMb
    {
        get
        {
            using var process = System.Diagnostics.Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / (1024.0 * 1024);
        }
    }
}
