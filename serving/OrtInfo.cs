using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>Facts about the ONNX Runtime that is loaded.</summary>
public static class OrtInfo
{
    /// <summary>ONNX Runtime's version.</summary>
    public static string Version
    {
        get
        {
            OrtEnvironment.EnsureInitialized();
            return OrtEnv.Instance().GetVersionString();
        }
    }

    /// <summary>The execution providers that this build of ONNX Runtime knows; whether one loads is another matter.</summary>
    public static IReadOnlyList<string> Providers
    {
        get
        {
            OrtEnvironment.EnsureInitialized();
            return OrtEnv.Instance().GetAvailableProviders();
        }
    }

    /// <summary>Whether ONNX Runtime's usage telemetry is switched off where the library reads the switch.</summary>
    public static bool IsTelemetryOff => OrtEnvironment.IsTelemetryOff;

    /// <summary>Tries whether a device can be used.</summary>
    /// <param name="device">The device.</param>
    /// <returns>Null when it can; otherwise what is missing and how to get it.</returns>
    public static string? Problem(OrtDevice device)
    {
        try
        {
            using SessionOptions options = OrtSessions.Configure(new OrtOptions { Device = device });
            return null;
        }
        catch (AnnealException error)
        {
            return error.Message;
        }
    }
}
