using Anneal.Onnx.Ir.Format;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>Opens ONNX Runtime's sessions.</summary>
internal static class OrtSessions
{
    private const string CudaProvider = "CUDAExecutionProvider";

    /// <summary>Opens a model that was built here, all tensors inside.</summary>
    public static InferenceSession Open(byte[] model, OrtOptions options) => Open(options, o => new InferenceSession(model, o));

    /// <summary>Opens a file that was checked. ONNX Runtime gets neither its bytes nor its path: it gets what was checked, written anew.</summary>
    /// <remarks>The session may read the initializers in place: they stay reachable as long as it is used.</remarks>
    public static InferenceSession Open(RuntimeModel model, OrtOptions options) => Open(options, o =>
    {
        using var initializers = new OrtInitializers(model.Initializers);
        initializers.AddTo(o);
        return new InferenceSession(model.Bytes, o);
    });

    public static string NameOf(OrtDevice device) => device == OrtDevice.Cuda ? "ort-cuda" : "ort-cpu";

    public static SessionOptions Configure(OrtOptions options)
    {
        OrtEnvironment.EnsureInitialized();
        var session = new SessionOptions
        {
            IntraOpNumThreads = options.Threads,
            GraphOptimizationLevel = options.Optimization,
            LogSeverityLevel = options.Quiet ? OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL : OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // Otherwise the bytes themselves say whether they are ONNX or ONNX Runtime's own format, which nothing here has checked.
        session.AddSessionConfigEntry("session.load_model_format", "ONNX");
        if (options.OptimizedPath is { } path)
        {
            session.OptimizedModelFilePath = path;
        }

        if (options.ProfilePrefix is { } prefix)
        {
            session.ProfileOutputPathPrefix = prefix;
            session.EnableProfiling = true;
        }

        if (options.Device == OrtDevice.Cpu)
        {
            return session;
        }

        try
        {
            AppendCuda(session, options);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static InferenceSession Open(OrtOptions options, Func<SessionOptions, InferenceSession> open)
    {
        using SessionOptions configured = Configure(options);
        try
        {
            return open(configured);
        }
        catch (OnnxRuntimeException error)
        {
            throw OrtErrors.Translate(error, options.Device == OrtDevice.Cuda ? "ONNX Runtime cannot open the model on CUDA" : "ONNX Runtime cannot open the model");
        }
    }

    /// <summary>What the CUDA provider is told: full float precision (no TF32), convolution algorithms chosen without timing them, and whether it may capture.</summary>
    /// <remarks>All at once: each telling sets everything that it leaves out back to the default.</remarks>
    internal static Dictionary<string, string> CudaSettings(OrtOptions options) => new(StringComparer.Ordinal)
    {
        ["use_tf32"] = "0",
        ["cudnn_conv_algo_search"] = "HEURISTIC",
        ["enable_cuda_graph"] = options.Captures ? "1" : "0",
    };

    private static void AppendCuda(SessionOptions session, OrtOptions options)
    {
        if (!OrtEnv.Instance().GetAvailableProviders().Contains(CudaProvider))
        {
            throw AnnealException.BadData("this build of ONNX Runtime has no CUDA provider", "build for Linux x64 with -p:Cuda=true, or use --device cpu");
        }

        CudaLibraries.EnsureLoaded();
        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(CudaSettings(options));
            session.AppendExecutionProvider_CUDA(cuda);
            OrtEnvironment.RegisterCuda();
            if (!options.AllowFallback)
            {
                session.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
            }
        }
        catch (OnnxRuntimeException error)
        {
            throw OrtErrors.Translate(error, "ONNX Runtime's CUDA provider cannot load");
        }
    }
}
