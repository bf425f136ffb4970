using System.Text.RegularExpressions;
using Anneal.Onnx.Ir.Format;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>Opens ONNX Runtime's sessions, with its errors in our words.</summary>
internal static partial class OrtSessions
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
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // Otherwise the bytes themselves say whether they are ONNX or ONNX Runtime's own format, which nothing here has checked.
        session.AddSessionConfigEntry("session.load_model_format", "ONNX");
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

    public static AnnealException Translate(OnnxRuntimeException error, string what) =>
        new(ExitCode.Data, $"{what}: {ErrorPrefix().Replace(error.Message, "")}", inner: error)
        {
            UnsupportedOps = MissingKernel().Match(error.Message) is { Success: true } match ? [match.Groups[1].Value]
                : RefusedLayout().Match(error.Message) is { Success: true } refused ? [refused.Groups[1].Value.ToUpperInvariant()] : null,
        };

    private static InferenceSession Open(OrtOptions options, Func<SessionOptions, InferenceSession> open)
    {
        using SessionOptions configured = Configure(options);
        try
        {
            return open(configured);
        }
        catch (OnnxRuntimeException error)
        {
            throw Translate(error, options.Device == OrtDevice.Cuda ? "ONNX Runtime cannot open the model on CUDA" : "ONNX Runtime cannot open the model");
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
            string missing = MissingLibrary().Match(error.Message) is { Success: true } match
                ? $"library '{match.Value}' is missing"
                : ErrorPrefix().Replace(error.Message, "");
            string hint = missing.Contains("onnxruntime_providers", StringComparison.Ordinal)
                ? "build with -p:Cuda=true, or use --device cpu"
                : "install an NVIDIA driver, CUDA 13 and cuDNN 9 where the loader finds them (LD_LIBRARY_PATH), or use --device cpu";
            throw new AnnealException(ExitCode.Data, $"ONNX Runtime's CUDA provider cannot load: {missing}", hint, error);
        }
    }

    [GeneratedRegex(@"^\[ErrorCode:\w+\]\s*")]
    private static partial Regex ErrorPrefix();

    [GeneratedRegex(@"Could not find an implementation for (\w+)\(")]
    private static partial Regex MissingKernel();

    // ONNX Runtime's classes of recurrent ops refuse layout 1 by their own names.
    [GeneratedRegex(@"onnxruntime::(?:DeepCpu)?(Gru|LSTM|RNN).*layout_ == 0 was false")]
    private static partial Regex RefusedLayout();

    [GeneratedRegex(@"[^\s/']+\.so[.\d]*(?=: cannot open shared object)")]
    private static partial Regex MissingLibrary();
}
