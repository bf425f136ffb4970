using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Anneal.Serving;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Tests.Serving;

[Platform(Exclude = "Win")]
public sealed partial class OrtEnvironmentTests
{
    [Test]
    public void ModuleInitializer_BeforeOnnxRuntimeIsLoaded_TurnsTelemetryOff()
    {
        var context = new AssemblyLoadContext("telemetry");
        var serving = context.LoadFromAssemblyPath(typeof(OrtEnvironment).Assembly.Location);
        Assert.That(UnsetEnvironment(OrtEnvironment.TelemetrySwitch), Is.Zero);
        Assert.That(NativeEnvironment(OrtEnvironment.TelemetrySwitch), Is.Null);

        RuntimeHelpers.RunModuleConstructor(serving.ManifestModule.ModuleHandle);

        Assert.That(NativeEnvironment(OrtEnvironment.TelemetrySwitch), Is.EqualTo("1"));
        Assert.That(context.Assemblies, Is.EqualTo(new[] { serving }), "neither ONNX Runtime's API nor, through it, its library is loaded yet");
    }

    [Test]
    public void EnsureInitialized_OnceLoaded_KeepsTelemetryOff()
    {
        OrtEnvironment.EnsureInitialized();
        OrtEnvironment.EnsureInitialized();

        Assert.That(OrtEnv.IsCreated);
        Assert.That(OrtEnv.Instance().GetVersionString(), Is.EqualTo("1.29.0"));
        Assert.That(NativeEnvironment(OrtEnvironment.TelemetrySwitch), Is.EqualTo("1"));
    }

    private static string? NativeEnvironment(string name) => Marshal.PtrToStringUTF8(GetEnvironment(name));

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnvironment(string name);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetEnvironment(string name);
}
