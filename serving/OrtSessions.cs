using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>Opens ONNX Runtime's sessions.</summary>
internal static class OrtSessions
{
    private const string CudaProvider = "CUDAExecutionProvider";

    public static InferenceSession Open(byte[] model, OrtOptions options) => Open(options, o => new InferenceSession(model, o));

    public static InferenceSession Open(string path, OrtOptions options)
    {
        if (!File.Exists(path))
        {
            throw AnnealException.BadData("no such model file").In(path);
        }

        try
        {
            return Open(options, o => new InferenceSession(path, o));
        }
        catch (AnnealException error)
        {
            throw error.In(path);
        }
    }

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

    private static void AppendCuda(SessionOptions session, OrtOptions options)
    {
        if (!OrtEnv.Instance().GetAvailableProviders().Contains(CudaProvider))
        {
            throw AnnealException.BadData("this build of ONNX Runtime has no CUDA provider", "build for Linux x64 with -p:Cuda=true, or use --device cpu");
        }

        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            if (options.Deterministic)
            {
                cuda.UpdateOptions(new Dictionary<string, string> { ["use_tf32"] = "0", ["cudnn_conv_algo_search"] = "HEURISTIC" });
            }

            session.AppendExecutionProvider_CUDA(cuda);
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
