using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>ONNX Runtime's process-wide environment, created once, with its usage telemetry off.</summary>
internal static partial class OrtEnvironment
{
    internal const string TelemetrySwitch = "ORT_DISABLE_TELEMETRY";

    /// <summary>Creates the environment on the first call; later calls return at once.</summary>
    internal static void EnsureInitialized()
    {
        if (!OrtEnv.IsCreated)
        {
            OrtEnv.Instance();
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
