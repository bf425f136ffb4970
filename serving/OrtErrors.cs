using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace Anneal.Serving;

/// <summary>ONNX Runtime's errors in our words: what is missing or went wrong, and what to do.</summary>
internal static partial class OrtErrors
{
    private const string OnCpu = "or use --device cpu";
    private const string Loader = $"where the loader finds it (LD_LIBRARY_PATH) or in a folder that {CudaLibraries.FoldersVariable} names";
    private const string GoOn = "the last checkpoint is kept: go on with 'anneal resume'";

    // The first that fits tells; what is more special stands before what is more general.
    private static readonly (Regex Message, string Text, string Hint)[] s_known =
    [
        (ProviderLibrary(), "ONNX Runtime's CUDA provider is not beside anneal: '{0}'", $"build for Linux x64 with -p:Cuda=true, {OnCpu}"),
        (CudaLibrary(), "library '{0}' of CUDA is missing", $"install CUDA 13 {Loader}, {OnCpu}; anneal doctor lists what is there"),
        (CudnnLibrary(), "library '{0}' of cuDNN is missing", $"install cuDNN 9 for CUDA 13 {Loader}, {OnCpu}; anneal doctor lists what is there"),
        (DriverLibrary(), "NVIDIA's driver is missing: '{0}'", $"install a driver for CUDA 13 (580 or newer), {OnCpu}"),
        (AnyLibrary(), "library '{0}' is missing", $"install it {Loader}, {OnCpu}"),
        (OldDriver(), "NVIDIA's driver is too old for CUDA 13", $"install driver 580 or newer, {OnCpu}"),
        (NoDevice(), "there is no CUDA device", $"look at nvidia-smi and CUDA_VISIBLE_DEVICES, {OnCpu}"),
        (Fallback(), "a node has no kernel on CUDA and would run on the CPU", $"set train.allow_fallback: true to let it, {OnCpu}"),
        (OutOfMemory(), "the device is out of memory{0}", $"use a smaller train.batch; {GoOn}"),
        (DeviceLost(), "the CUDA device was lost ({0})", $"look at the system's log (dmesg, Xid) and nvidia-smi; {GoOn}"),
    ];

    /// <summary>An error of ONNX Runtime, as one of ours with exit code 3.</summary>
    /// <param name="error">The error.</param>
    /// <param name="what">What could not be done.</param>
    public static AnnealException Translate(OnnxRuntimeException error, string what) => Translate(error.Message, what, error);

    /// <summary>The error of memory that was not to be had: the message of whoever was asked, with how much was asked for where it does not say so itself.</summary>
    /// <param name="error">ONNX Runtime's error, or the host's of its own memory.</param>
    /// <param name="asked">Bytes that were asked for.</param>
    public static AnnealException OfAllocation(Exception error, long asked) =>
        Translate(error is OutOfMemoryException ? "out of memory" : error.Message, "ONNX Runtime's session finds no memory for a tensor", error, asked);

    /// <summary>The same from a message alone.</summary>
    /// <param name="message">The message.</param>
    /// <param name="what">What could not be done.</param>
    /// <param name="inner">The error underneath, if any.</param>
    /// <param name="asked">Bytes that were asked for, where the message is of memory and does not say how much; null where it is not known.</param>
    public static AnnealException Translate(string message, string what, Exception? inner = null, long? asked = null)
    {
        foreach ((Regex pattern, string text, string hint) in s_known)
        {
            if (pattern.Match(message) is { Success: true } match)
            {
                string detail = match.Groups.Count > 1 ? match.Groups[1].Value : match.Value;
                return new AnnealException(ExitCode.Data, $"{what}: {string.Format(CultureInfo.InvariantCulture, text, Asked(pattern, detail, asked))}", hint, inner) { IsOutOfMemory = pattern == OutOfMemory() };
            }
        }

        return new AnnealException(ExitCode.Data, $"{what}: {Prefix().Replace(message, "")}", inner: inner)
        {
            UnsupportedOps = MissingKernel().Match(message) is { Success: true } missing ? [missing.Groups[1].Value]
                : RefusedLayout().Match(message) is { Success: true } refused ? [refused.Groups[1].Value.ToUpperInvariant()] : null,
        };
    }

    private static string Asked(Regex pattern, string detail, long? asked) => pattern != OutOfMemory() ? detail
        : (long.TryParse(detail, CultureInfo.InvariantCulture, out long said) ? said : asked) is { } bytes ? string.Create(CultureInfo.InvariantCulture, $": {bytes / 1e6:0.0} MB were asked for") : "";

    [GeneratedRegex(@"^\[ErrorCode:\w+\]\s*")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"Could not find an implementation for (\w+)\(")]
    private static partial Regex MissingKernel();

    // ONNX Runtime's classes of recurrent ops refuse layout 1 by their own names.
    [GeneratedRegex(@"onnxruntime::(?:DeepCpu)?(Gru|LSTM|RNN).*layout_ == 0 was false")]
    private static partial Regex RefusedLayout();

    [GeneratedRegex(@"(libonnxruntime_providers\w*\.so|onnxruntime_providers\w*\.dll)[^\n]*(?:cannot open shared object|error 126|No such file)", RegexOptions.IgnoreCase)]
    private static partial Regex ProviderLibrary();

    [GeneratedRegex(@"(lib(?:cudart|cublas|cublasLt|cufft|curand|nvrtc|nvJitLink)\.so[.\d]*): cannot open shared object")]
    private static partial Regex CudaLibrary();

    [GeneratedRegex(@"(libcudnn\w*\.so[.\d]*): cannot open shared object")]
    private static partial Regex CudnnLibrary();

    [GeneratedRegex(@"(libcuda\.so[.\d]*): cannot open shared object")]
    private static partial Regex DriverLibrary();

    [GeneratedRegex(@"([^\s/']+\.so[.\d]*): cannot open shared object")]
    private static partial Regex AnyLibrary();

    [GeneratedRegex(@"driver version is insufficient|CUDA failure 35\b")]
    private static partial Regex OldDriver();

    [GeneratedRegex(@"no CUDA-capable device|CUDA failure 100\b|invalid device ordinal|CUDA failure 101\b")]
    private static partial Regex NoDevice();

    [GeneratedRegex(@"disable_cpu_ep_fallback|fallback to CPU EP has been explicitly disabled", RegexOptions.IgnoreCase)]
    private static partial Regex Fallback();

    [GeneratedRegex(@"Failed to allocate memory for requested buffer of size (\d+)|CUDA failure 2\b|out of memory|CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED|std::bad_alloc", RegexOptions.IgnoreCase)]
    private static partial Regex OutOfMemory();

    [GeneratedRegex(@"(CUDA failure (?:46|214|215|700|702|708|709|716|717|718|719|999)\b[^\n;]*[^\s;]|illegal memory access|unspecified launch failure|device.{0,20}lost)")]
    private static partial Regex DeviceLost();
}
