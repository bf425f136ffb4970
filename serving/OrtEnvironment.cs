using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>ONNX Runtime's process-wide environment, created once, with its usage telemetry off.</summary>
internal static partial class OrtEnvironment
{
    internal const string TelemetrySwitch = "ORT_DISABLE_TELEMETRY";

    private const string CudaLibrary = "onnxruntime_providers_cuda";

    private static readonly Lock s_gate = new();
    private static bool s_isCudaRegistered;

    /// <summary>Creates the environment on the first call; later calls return at once.</summary>
    internal static void EnsureInitialized()
    {
        if (!OrtEnv.IsCreated)
        {
            OrtEnv.Instance();
        }
    }

    /// <summary>Lets the environment copy to and from CUDA: it does so only by libraries that are registered with it, while sessions load theirs by themselves.</summary>
    /// <exception cref="AnnealException">The provider that a session has loaded is no file that can be found.</exception>
    internal static void RegisterCuda()
    {
        lock (s_gate)
        {
            if (s_isCudaRegistered)
            {
                return;
            }

            using var process = Process.GetCurrentProcess();
            string path = process.Modules.Cast<ProcessModule>().Select(m => m.FileName).FirstOrDefault(f => Path.GetFileName(f).Contains(CudaLibrary, StringComparison.Ordinal))
                ?? throw AnnealException.BadData("ONNX Runtime's CUDA provider is loaded, but not from a file that can be found", "use --device cpu");
            OrtEnv.Instance().RegisterExecutionProviderLibrary(CudaLibrary, path);
            s_isCudaRegistered = true;
        }
    }

    // The native library reads the C runtime's environment while it loads, and Environment.SetEnvironmentVariable writes only .NET's copy.
    // Every use of ONNX Runtime comes through this assembly, so its initializer runs before the first native call.
    [ModuleInitializer]
    internal static void DisableTelemetry()
    {
        int status = OperatingSystem.IsWindows()
            ? PutEnvironment(TelemetrySwitch, "1")
            : SetEnvironment(TelemetrySwitch, "1", 1);
        if (status != 0)
        {
            throw new InvalidOperationException($"cannot set {TelemetrySwitch} in the native environment (error {status})");
        }
    }

    /// <summary>Whether the native environment, the one that the library reads, switches telemetry off.</summary>
    internal static bool IsTelemetryOff =>
        Marshal.PtrToStringUTF8(OperatingSystem.IsWindows() ? GetWindowsEnvironment(TelemetrySwitch) : GetEnvironment(TelemetrySwitch)) == "1";

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnvironment(string name);

    [LibraryImport("ucrtbase", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetWindowsEnvironment(string name);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    // Also sets the process environment block, which runtimes that load later copy.
    [LibraryImport("ucrtbase", EntryPoint = "_putenv_s", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PutEnvironment(string name, string value);
}
